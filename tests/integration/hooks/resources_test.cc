#include <gmock/gmock.h>

#include "hooks/supervision/reconcile.h"
#include "tests/support/deploy_bed.h"

namespace minpaas::hooks {
namespace {

using test::DeployBed;
using test::EngineCall;
using test::Watcher;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr long long kMega = 1LL << 20;

/// An app with a web process that runs and a worker that does not; v1 is live.
class ResourceLimits : public testing::Test {
 protected:
  ResourceLimits() { bed_.start_queue(); }

  void SetUp() override { ASSERT_TRUE(push("one")); }

  Result<DeployOutcome> push(const std::string& content, const std::string& more = "") {
    return bed_.push(
        app_, bed_.commit_files(app_, {{"app.py", content},
                                       {"requirements.txt", ""},
                                       {"Procfile", "web: python app.py\nworker: work\n" + more}}));
  }

  Result<ResourceOutcome> set(const std::vector<std::string_view>& words,
                              std::optional<ProcessType> type = std::nullopt) {
    return bed_.platform().resources().set(bed_.admin, app_, type, *LimitChange::parse(words));
  }

  Limits of(const std::string& process) {
    EXPECT_TRUE(bed_.wait_idle(app_));
    for (const auto& container : bed_.engine.containers()) {
      if (container.labels.at("minpaas.process") == process) {
        return container.limits;
      }
    }
    return {};
  }

  ResourceReport report() { return *bed_.platform().resources().report(bed_.admin, app_); }

  DeployBed bed_;
  AppName app_ = bed_.make_app("blog");
  ProcessType worker_ = *ProcessType::parse("worker");
};

TEST_F(ResourceLimits, ReachWhatRunsWithoutARelease) {
  const auto outcome = set({"memory=256m", "cpus=0.5", "pids=100"});
  ASSERT_TRUE(outcome) << outcome.error().for_log();
  EXPECT_THAT(outcome->updated, ElementsAre("web.1"));
  EXPECT_EQ(of("web.1"), (Limits{256 * kMega, 0.5, 100}));
  EXPECT_EQ(bed_.platform().app(bed_.admin, app_)->live->number, ReleaseNumber(1));
}

TEST_F(ResourceLimits, HoldForEveryLaterContainer) {
  ASSERT_TRUE(set({"memory=256m"}));
  ASSERT_TRUE(set({"memory=128m", "pids=9"}, worker_));
  ASSERT_TRUE(bed_.platform().scale(bed_.admin, app_, {{worker_, 1}}, Watcher().follow()));
  EXPECT_EQ(of("worker.1"), (Limits{128 * kMega, 1, 9}));
  ASSERT_TRUE(push("two"));
  EXPECT_EQ(of("web.1"), (Limits{256 * kMega, 1, 512}));
  Limits of_release_command;
  bed_.engine.before(EngineCall::Start, [&](const std::string& name) {
    of_release_command = bed_.engine.container(name)->limits;
  });
  test::FakeBuild build;
  build.behaviour.exit_code = 3;
  bed_.engine.next_build(build);
  EXPECT_EQ(push("three", "release: migrate\n")->stage, state::DeployStage::Failed);
  EXPECT_EQ(of_release_command, (Limits{256 * kMega, 1, 512}));
  ASSERT_TRUE(set({"memory=64m"}, one_off_type()));
  bed_.restart();
  bed_.start_queue();
  EXPECT_EQ(report().rows.at(1).limits, (Limits{64 * kMega, 1, 512})) << "run";
}

TEST_F(ResourceLimits, OfContainersThatAreMadeAnewAreTheSame) {
  ASSERT_TRUE(set({"memory=256m"}));
  ASSERT_TRUE(bed_.platform().scale(bed_.admin, app_, {{worker_, 1}}, Watcher().follow()));
  ASSERT_TRUE(bed_.wait_idle(app_));
  for (const auto& container : bed_.engine.containers()) {
    if (container.labels.at("minpaas.process") == "worker.1") {
      ASSERT_TRUE(bed_.engine.remove_container(container.id));
    }
  }
  const PipelineParts& parts = bed_.server().parts;
  Checker checker(bed_.engine, {.worker_uptime = seconds(0)});
  Reconciler reconciler(
      bed_.engine, {parts.apps, parts.releases, parts.configs, parts.containers, parts.deploys},
      bed_.router, checker, parts.policy(),
      [&](const AppName& app) { return parts.policies.of(app); });
  EXPECT_EQ(reconciler.run({}, {})->recreated, 1);
  EXPECT_EQ(of("worker.1"), (Limits{256 * kMega, 1, 512}));
}

TEST_F(ResourceLimits, GoBackToTheDefaults) {
  ASSERT_TRUE(set({"memory=256m", "pids=100"}));
  ASSERT_TRUE(set({"memory=", "pids="}));
  EXPECT_EQ(of("web.1"), (Limits{512 * kMega, 1, 512}));
  EXPECT_TRUE(report().rows.front().chosen.empty());
}

TEST_F(ResourceLimits, OfAContainerThatUsesMoreAreToldAndHoldFromItsNextStart) {
  const auto image = bed_.engine.containers().front().image;
  bed_.engine.behave(image, {.uses_memory_bytes = 100 * kMega});
  ASSERT_TRUE(bed_.platform().restart(bed_.admin, app_, std::nullopt, Watcher().follow()));
  const auto outcome = set({"memory=50m"});
  ASSERT_TRUE(outcome);
  EXPECT_THAT(outcome->updated, IsEmpty());
  ASSERT_EQ(outcome->kept.size(), 1U);
  EXPECT_EQ(outcome->kept.front().process, "web.1");
  EXPECT_EQ(of("web.1").memory_bytes, 512 * kMega);
  ASSERT_TRUE(bed_.platform().restart(bed_.admin, app_, std::nullopt, Watcher().follow()));
  EXPECT_EQ(of("web.1").memory_bytes, 50 * kMega);
}

TEST_F(ResourceLimits, ThatTheEngineWouldRefuseChangeNothing) {
  for (const char* word : {"memory=5m", "memory=100g", "cpus=3", "cpus=0.001"}) {
    const auto outcome = set({word});
    ASSERT_FALSE(outcome) << word;
    EXPECT_EQ(outcome.error().code, ErrorCode::InvalidInput) << word;
  }
  EXPECT_EQ(of("web.1"), (Limits{512 * kMega, 1, 512}));
  EXPECT_TRUE(report().rows.front().chosen.empty());
}

TEST_F(ResourceLimits, OfATypeThatIsNotThereAreRefused) {
  const auto outcome = set({"pids=5"}, *ProcessType::parse("wrker"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::NotFound);
  EXPECT_EQ(outcome.error().message, "blog has no process type wrker");
  const AppName fresh = bed_.make_app("fresh");
  const auto early = bed_.platform().resources().set(
      bed_.admin, fresh, worker_, *LimitChange::parse(std::vector<std::string_view>{"pids=5"}));
  EXPECT_EQ(early.error().code, ErrorCode::NotFound);
}

TEST_F(ResourceLimits, WaitForTheDeployThatIsUnderWay) {
  bed_.engine.hold_builds();
  std::jthread pushing([&] { static_cast<void>(push("two")); });
  ASSERT_TRUE(bed_.engine.wait_for_builds(1));
  EXPECT_EQ(set({"pids=5"}).error().code, ErrorCode::Busy);
  bed_.engine.release_builds();
  pushing.join();
  EXPECT_TRUE(set({"pids=5"}));
}

TEST_F(ResourceLimits, OfALockedAppStay) {
  ASSERT_TRUE(bed_.platform().lock(bed_.admin, app_));
  EXPECT_EQ(set({"pids=5"}).error().code, ErrorCode::Conflict);
}

TEST_F(ResourceLimits, AreNotChangedWhenTheEngineIsAway) {
  bed_.engine.go_down();
  EXPECT_EQ(set({"pids=5"}).error().code, ErrorCode::Unavailable);
  bed_.engine.come_up();
  EXPECT_TRUE(report().rows.front().chosen.empty());
}

}  // namespace
}  // namespace minpaas::hooks
