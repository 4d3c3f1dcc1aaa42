#include "hooks/service/checks.h"

#include <gmock/gmock.h>

#include "hooks/supervision/live_processes.h"
#include "tests/support/deploy_bed.h"

namespace minpaas::hooks {
namespace {

using test::DeployBed;
using test::Watcher;
using testing::ElementsAre;

constexpr const char* kUp = R"({"healthchecks": {"web": [{"path": "/up"}]}})";

/// An app with a web process and a worker; what each deploy is told to check is kept.
class ChecksOfAnApp : public testing::Test {
 protected:
  ChecksOfAnApp() {
    bed_.check = [this](const std::vector<CheckTarget>& targets, std::stop_token) {
      seen_.clear();
      for (const CheckTarget& target : targets) {
        for (const StartupCheck& startup : target.checks) {
          seen_.push_back(target.process.str() + ": " + describe(startup.check));
        }
      }
      return Result<void>();
    };
    bed_.start_queue();
  }

  void push(const std::string& content, const std::string& app_json) {
    const auto pushed = bed_.push(
        app_, bed_.commit_files(app_, {{"app.py", content},
                                       {"requirements.txt", ""},
                                       {"app.json", app_json},
                                       {"Procfile", "web: python app.py\nworker: work\n"}}));
    ASSERT_TRUE(pushed) << pushed.error().for_log();
    ASSERT_EQ(pushed->stage, state::DeployStage::Succeeded) << pushed->reason;
  }

  Result<void> set(const std::vector<std::string_view>& words,
                   const ProcessType& type = ProcessType::web()) {
    return bed_.platform().checks().set(bed_.admin, app_, type, *CheckChange::parse(words));
  }

  std::vector<CheckReport> report() { return *bed_.platform().checks().report(bed_.admin, app_); }

  DeployBed bed_;
  AppName app_ = bed_.make_app("blog");
  ProcessType worker_ = *ProcessType::parse("worker");
  std::vector<std::string> seen_;
};

TEST_F(ChecksOfAnApp, AreTheDefaultsWhereNothingIsSaid) {
  push("one", "{}");
  EXPECT_THAT(seen_, ElementsAre("web: path / below 500"));
  ASSERT_TRUE(bed_.platform().scale(bed_.admin, app_, {{worker_, 1}}, Watcher().follow()));
  EXPECT_THAT(seen_, ElementsAre("worker: uptime 3 s"));
}

TEST_F(ChecksOfAnApp, AreThoseOfItsAppJsonAndGoBackWithARollback) {
  push("one", kUp);
  EXPECT_THAT(seen_, ElementsAre("web: path /up below 400"));
  push("two", "{}");
  EXPECT_THAT(seen_, ElementsAre("web: path / below 500"));
  ASSERT_TRUE(bed_.platform().rollback(bed_.admin, app_, ReleaseNumber(1), Watcher().follow()));
  EXPECT_THAT(seen_, ElementsAre("web: path /up below 400"));
}

TEST_F(ChecksOfAnApp, AreThoseThatWereSetFromTheNextStartOn) {
  push("one", kUp);
  const auto before = bed_.containers(app_);
  ASSERT_TRUE(set({"path=/chosen", "deadline=5m"}));
  EXPECT_EQ(bed_.containers(app_), before);
  EXPECT_EQ(bed_.platform().app(bed_.admin, app_)->live->number, ReleaseNumber(1));
  ASSERT_EQ(report().size(), 2U);
  EXPECT_EQ(report().front().plan.startup_from, CheckSource::Set);
  bed_.restart();
  bed_.start_queue();
  ASSERT_TRUE(bed_.platform().restart(bed_.admin, app_, std::nullopt, Watcher().follow()));
  EXPECT_THAT(seen_, ElementsAre("web: path /chosen below 400"));
  ASSERT_TRUE(set({"path="}));
  ASSERT_TRUE(bed_.platform().restart(bed_.admin, app_, std::nullopt, Watcher().follow()));
  EXPECT_THAT(seen_, ElementsAre("web: path /up below 400"));
}

TEST_F(ChecksOfAnApp, OfATypeThatIsNotThereAreRefused) {
  EXPECT_EQ(set({"deadline=5"}, worker_).error().code, ErrorCode::NotFound) << "no release yet";
  ASSERT_TRUE(set({"deadline=5"}));
  push("one", "{}");
  EXPECT_TRUE(set({"deadline=5"}, worker_));
  const auto refused = set({"deadline=5"}, *ProcessType::parse("wrker"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::NotFound);
  EXPECT_EQ(refused.error().message, "blog has no process type wrker");
  EXPECT_EQ(set({"deadline=5"}, *ProcessType::parse("release")).error().code,
            ErrorCode::InvalidInput);
}

TEST_F(ChecksOfAnApp, StayWhenItIsLocked) {
  ASSERT_TRUE(bed_.platform().lock(bed_.admin, app_));
  EXPECT_EQ(set({"path=/up"}).error().code, ErrorCode::Conflict);
}

TEST_F(ChecksOfAnApp, TellOfALiveProcessNoValueOfItsConfig) {
  test::FakeBuild build;
  build.by_command.push_back({"bin/tell", {.exit_code = 0}});
  bed_.engine.next_build(build);
  push("one", R"({"healthchecks": {"web": [{"type": "liveness", "command": ["bin/alive"],
    "onFailure": {"command": ["bin/tell", "postgres://ada:secret"]}}]}})");
  ASSERT_TRUE(bed_.platform().change_config(
      bed_.admin, app_, {{*ConfigKey::parse("DATABASE_URL"), Secret("postgres://ada:secret")}}, {},
      Watcher().follow()));
  ASSERT_TRUE(bed_.wait_idle(app_));
  const FailureHooks hooks(bed_.engine, bed_.server().configs, bed_.settings);
  LiveProcesses live(bed_.server().parts, bed_.server().queue, hooks, bed_.server().events);
  const auto targets = live.targets();
  ASSERT_TRUE(targets);
  ASSERT_EQ(targets->size(), 1U);
  testing::internal::CaptureStderr();
  EXPECT_TRUE(
      live.restart(targets->front(), targets->front().checks.front(),
                   "check command bin/alive ended with status 1: no postgres://ada:secret"));
  const std::string server_log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(bed_.own_record(1), ElementsAre("ps:restart blog web.1 failed its checks: ok"));
  std::vector<std::string> told;
  ASSERT_TRUE(bed_.server().journal.read("blog", JournalTopic::Lifecycle, {.tail = 2},
                                         [&](const docker::LogLine& line) {
                                           told.push_back(line.text);
                                           return true;
                                         },
                                         {}));
  EXPECT_THAT(told, ElementsAre("web.1 keeps failing its checks and is restarted: check command "
                                "bin/alive ended with status 1: no [DATABASE_URL]",
                                "onFailure of web.1: bin/tell [DATABASE_URL] ended with status 0"));
  EXPECT_THAT(server_log, testing::HasSubstr(told.front()));
}

}  // namespace
}  // namespace minpaas::hooks
