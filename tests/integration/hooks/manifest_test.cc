#include <gmock/gmock.h>

#include "tests/support/deploy_bed.h"

/// What an app.json does to the releases of its app.
namespace minpaas::hooks {
namespace {

using state::DeployStage;
using test::DeployBed;
using test::Watcher;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kProcfile = "web: python app.py\nworker: python work.py\n";

class Manifests : public testing::Test {
 protected:
  Manifests() { bed_.start_queue(); }

  Oid commit(const std::string& app_json) {
    return bed_.commit_files(app_, {{"app.py", app_json},
                                    {"requirements.txt", ""},
                                    {"Procfile", kProcfile},
                                    {"app.json", app_json}});
  }

  DeployOutcome push(const std::string& app_json) {
    const auto outcome = bed_.push(app_, commit(app_json), seen_);
    EXPECT_TRUE(outcome) << outcome.error().for_log();
    return outcome.value();
  }

  Release live() { return **bed_.server().releases.live(app_); }

  DeployBed bed_;
  AppName app_ = bed_.make_app("blog");
  ProcessType worker_ = *ProcessType::parse("worker");
  Watcher seen_;
};

TEST_F(Manifests, SayHowManyRunUntilSomebodyScales) {
  push(R"({"formation": {"worker": {"quantity": 2}}})");
  EXPECT_THAT(bed_.containers(app_), ElementsAre("v1 web.1", "v1 worker.1", "v1 worker.2"));
  push(R"({"formation": {"worker": {"quantity": 1}}})");
  EXPECT_THAT(bed_.containers(app_), ElementsAre("v2 web.1", "v2 worker.1"));
  ASSERT_TRUE(bed_.platform().scale(bed_.admin, app_, {{worker_, 3}}, seen_.follow()));
  push(R"({"formation": {"worker": {"quantity": 2}, "web": {"quantity": 2}}})");
  EXPECT_EQ(live().formation, (Formation{{ProcessType::web(), 2}, {worker_, 3}}));
}

TEST_F(Manifests, BelongToTheRelease) {
  push(R"({"cron": [{"schedule": "@daily", "command": "one"}]})");
  const Manifest first = live().manifest;
  ASSERT_TRUE(bed_.platform().scale(bed_.admin, app_, {{worker_, 1}}, seen_.follow()));
  EXPECT_EQ(live().manifest, first);
  push(R"({"cron": [{"schedule": "@daily", "command": "two"}]})");
  EXPECT_NE(live().manifest, first);
  ASSERT_TRUE(bed_.platform().rollback(bed_.admin, app_, ReleaseNumber(1), seen_.follow()));
  EXPECT_EQ(live().manifest, first);
  EXPECT_EQ(live().manifest.cron.at(0).command, "one");
}

TEST_F(Manifests, AreRefusedWithTheirPlaceBeforeTheBuild) {
  const auto outcome = push(R"({"formation": {"worker": {"quantity": "2"}}})");
  EXPECT_EQ(outcome.stage, DeployStage::Failed);
  EXPECT_EQ(outcome.reason,
            "app.json: formation.worker.quantity must be a whole number from 0 to 100");
  EXPECT_THAT(bed_.engine.builds(), IsEmpty());
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Manifests, WarnOfProcessTypesThatAreNotThere) {
  push(R"({"formation": {"wroker": {"quantity": 2}}})");
  EXPECT_THAT(seen_.text(),
              HasSubstr(" !     app.json: formation.wroker is for no process of this app"));
}

}  // namespace
}  // namespace minpaas::hooks
