#include <gmock/gmock.h>

#include "hooks/supervision/reconcile.h"
#include "tests/support/deploy_bed.h"

namespace minpaas::hooks {
namespace {

using docker::RunState;
using state::DeployStage;
using test::CommitFiles;
using test::DeployBed;
using test::EngineCall;
using test::Watcher;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// An app with a web process that runs and a worker that does not; v1 is live.
class Processes : public testing::Test {
 protected:
  Processes() { bed_.start_queue(); }

  void SetUp() override { ASSERT_EQ(push("one")->stage, DeployStage::Succeeded); }

  LocalPlatform& platform() { return bed_.platform(); }

  Result<DeployOutcome> push(const std::string& content) {
    return bed_.push(app_,
                     bed_.commit_files(app_, {{"app.py", content},
                                              {"requirements.txt", ""},
                                              {"Procfile", "web: python app.py\nworker: work\n"}}),
                     seen_);
  }

  Result<DeployOutcome> scale(const std::string& type, int quantity) {
    return platform().scale(bed_.admin, app_, {{*ProcessType::parse(type), quantity}},
                            seen_.follow());
  }

  Result<DeployOutcome> restart(std::optional<ProcessType> type = std::nullopt) {
    return platform().restart(bed_.admin, app_, type, seen_.follow());
  }

  Result<DeployOutcome> stop() { return platform().stop(bed_.admin, app_, seen_.follow()); }

  Result<DeployOutcome> start() { return platform().start(bed_.admin, app_, seen_.follow()); }

  Result<DeployOutcome> set(const std::string& key) {
    return platform().change_config(bed_.admin, app_, {{*ConfigKey::parse(key), Secret("1")}}, {},
                                    seen_.follow());
  }

  AppStatus status() { return platform().app(bed_.admin, app_)->summary.status; }

  /// `web.1 up v2` of each, by `ps`.
  std::vector<std::string> listed() {
    std::vector<std::string> all;
    const auto processes = platform().processes(bed_.admin, app_);
    for (const auto& process : *processes) {
      all.push_back(process_name(process.process, process.index) + " " + process.state + " " +
                    process.release.str());
    }
    return all;
  }

  /// The container of `web.1`.
  std::string container_of(const std::string& name) {
    const auto processes = platform().processes(bed_.admin, app_);
    for (const auto& process : *processes) {
      if (process_name(process.process, process.index) == name) {
        return process.container.value;
      }
    }
    return "";
  }

  ReconcileReport reconcile() {
    const PipelineParts& parts = bed_.server().parts;
    Checker checker(bed_.engine, {});
    Reconciler reconciler(
        bed_.engine, {parts.apps, parts.releases, parts.configs, parts.containers, parts.deploys},
        bed_.router, checker, parts.policy());
    return *reconciler.run({}, {});
  }

  void break_checks() {
    bed_.check = [](const auto&, const auto&) {
      return Result<void>(Error{ErrorCode::Failed, "worker.1 exited with status 1", "", ""});
    };
  }

  DeployBed bed_;
  AppName app_ = bed_.make_app("blog");
  ProcessType worker_ = *ProcessType::parse("worker");
  Watcher seen_;
};

TEST_F(Processes, ThatAreNoneAnyMoreAreNamedByThePushThatEndsThem) {
  ASSERT_TRUE(scale("worker", 2));
  const auto push_web_alone = [this](const std::string& content) {
    Watcher watcher;
    const CommitFiles files{
        {"app.py", content}, {"requirements.txt", ""}, {"Procfile", "web: python app.py\n"}};
    const auto outcome = bed_.push(app_, bed_.commit_files(app_, files), watcher);
    EXPECT_EQ(outcome->stage, DeployStage::Succeeded);
    return watcher.text();
  };
  EXPECT_THAT(push_web_alone("two"), HasSubstr("worker is no process type any more: all 2 end"));
  EXPECT_THAT(listed(), ElementsAre("web.1 up v3"));
  EXPECT_THAT(push_web_alone("three"), Not(HasSubstr("no process type")));
}

TEST_F(Processes, OfAStoppedAppDoNotEndWithAPush) {
  ASSERT_TRUE(scale("worker", 1));
  ASSERT_TRUE(stop());
  const CommitFiles files{{"app.py", "two"}, {"requirements.txt", ""}};
  ASSERT_EQ(bed_.push(app_, bed_.commit_files(app_, files), seen_)->stage, DeployStage::Succeeded);
  EXPECT_THAT(seen_.text(), Not(HasSubstr("no process type")));
}

using Scaling = Processes;

TEST_F(Scaling, OfWebToNoneNamesNoUrlAtWhichNobodyAnswers) {
  const auto outcome = scale("web", 0);
  ASSERT_TRUE(outcome) << outcome.error().for_log();
  EXPECT_EQ(outcome->url, "");
  EXPECT_THAT(seen_.text(), testing::HasSubstr("=====> blog v2 is live; no web process runs ("));
  const auto again = scale("web", 1);
  ASSERT_TRUE(again) << again.error().for_log();
  EXPECT_NE(again->url, "");
}

TEST_F(Scaling, StartsOnlyWhatIsNewAndMovesTheRestToTheNewRelease) {
  EXPECT_THAT(listed(), ElementsAre("web.1 up v1"));
  const std::string web = container_of("web.1");
  bed_.engine.clear_journal();
  const auto outcome = scale("worker", 2);
  ASSERT_TRUE(outcome) << outcome.error().for_log();
  EXPECT_EQ(outcome->release, ReleaseNumber(2));
  EXPECT_THAT(listed(), ElementsAre("web.1 up v2", "worker.1 up v2", "worker.2 up v2"));
  EXPECT_EQ(container_of("web.1"), web);
  EXPECT_EQ(bed_.engine.calls(EngineCall::Stop), 1) << "only that of the first deploy's candidate";
  EXPECT_THAT(bed_.engine.builds(), SizeIs(1));
  const auto release = platform().release(bed_.admin, app_, ReleaseNumber(2))->release;
  EXPECT_EQ(release.description, "Scale worker=2");
  EXPECT_EQ(release.formation, (Formation{{ProcessType::web(), 1}, {worker_, 2}}));
  EXPECT_THAT(bed_.serving(app_), SizeIs(1));
  EXPECT_EQ(status(), AppStatus::Running);
}

TEST_F(Scaling, DownStopsTheLastOnes) {
  ASSERT_TRUE(scale("worker", 3));
  const std::string first = container_of("worker.1");
  ASSERT_TRUE(scale("worker", 1));
  EXPECT_THAT(listed(), ElementsAre("web.1 up v3", "worker.1 up v3"));
  EXPECT_EQ(container_of("worker.1"), first);
  ASSERT_TRUE(bed_.wait_idle(app_));
  EXPECT_THAT(bed_.engine.containers(), SizeIs(2));
}

TEST_F(Scaling, OfWebKeepsTheOneThatServes) {
  const std::string web = container_of("web.1");
  ASSERT_EQ(scale("web", 2)->stage, DeployStage::Succeeded);
  EXPECT_THAT(listed(), ElementsAre("web.1 up v2", "web.2 up v2"));
  EXPECT_EQ(container_of("web.1"), web);
  ASSERT_EQ(scale("web", 1)->stage, DeployStage::Succeeded);
  EXPECT_EQ(container_of("web.1"), web);
  EXPECT_THAT(bed_.serving(app_), SizeIs(1));
}

TEST_F(Scaling, ToNothingAndBack) {
  ASSERT_EQ(scale("web", 0)->stage, DeployStage::Succeeded);
  EXPECT_THAT(listed(), IsEmpty());
  ASSERT_TRUE(bed_.wait_idle(app_));
  EXPECT_THAT(bed_.engine.containers(), IsEmpty());
  EXPECT_EQ(status(), AppStatus::Stopped);
  ASSERT_EQ(scale("worker", 1)->stage, DeployStage::Succeeded);
  EXPECT_EQ(status(), AppStatus::Running);
  ASSERT_EQ(scale("web", 1)->stage, DeployStage::Succeeded);
  EXPECT_THAT(bed_.serving(app_), SizeIs(1));
}

TEST_F(Scaling, LeavesAllAsItWasWhenANewProcessDoesNotWork) {
  const std::string web = container_of("web.1");
  break_checks();
  const auto outcome = scale("worker", 1);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->reason, "worker.1 exited with status 1");
  EXPECT_THAT(listed(), ElementsAre("web.1 up v1"));
  EXPECT_EQ(container_of("web.1"), web);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Scaling, IsKeptByThePushesThatFollowAndTakenBackByARollback) {
  ASSERT_TRUE(scale("worker", 1));
  ASSERT_TRUE(push("two"));
  EXPECT_THAT(listed(), ElementsAre("web.1 up v3", "worker.1 up v3"));
  ASSERT_EQ(platform().rollback(bed_.admin, app_, ReleaseNumber(1), seen_.follow())->stage,
            DeployStage::Succeeded);
  EXPECT_THAT(listed(), ElementsAre("web.1 up v4"));
}

TEST_F(Scaling, ReplacesWhatDoesNotRun) {
  ASSERT_TRUE(bed_.engine.stop_container({container_of("web.1")}, seconds(1)));
  ASSERT_EQ(scale("worker", 1)->stage, DeployStage::Succeeded);
  EXPECT_THAT(listed(), ElementsAre("web.1 up v2", "worker.1 up v2"));
  EXPECT_THAT(bed_.serving(app_), ElementsAre("v2"));
}

TEST_F(Scaling, LeavesNothingToReconcile) {
  ASSERT_TRUE(scale("worker", 1));
  const auto report = reconcile();
  EXPECT_TRUE(report.settled());
  EXPECT_EQ(report.removed + report.started + report.recreated, 0);
}

TEST_F(Scaling, MakesNoReleaseWhenNothingChanges) {
  EXPECT_EQ(scale("web", 1)->deploy, 0);
  EXPECT_THAT(*platform().releases(bed_.admin, app_, 9), SizeIs(1));
}

TEST_F(Scaling, RefusesWhatIsNotThere) {
  const auto unknown = scale("clock", 1);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::NotFound);
  EXPECT_EQ(unknown.error().message, "blog has no process type clock");
  EXPECT_EQ(unknown.error().hint, "it has web and worker");
  EXPECT_EQ(scale("release", 1).error().code, ErrorCode::InvalidInput);
  EXPECT_EQ(scale("web", 101).error().code, ErrorCode::InvalidInput);
  EXPECT_EQ(scale("web", -1).error().code, ErrorCode::InvalidInput);
  const AppName fresh = bed_.make_app("fresh");
  EXPECT_EQ(platform().scale(bed_.admin, fresh, {}, seen_.follow()).error().code,
            ErrorCode::Conflict);
}

using Restart = Processes;

TEST_F(Restart, OfOneTypeLeavesTheOthersAlone) {
  ASSERT_TRUE(scale("worker", 1));
  const std::string web = container_of("web.1");
  const std::string worker = container_of("worker.1");
  const auto outcome = restart(worker_);
  ASSERT_TRUE(outcome) << outcome.error().for_log();
  EXPECT_EQ(outcome->release, ReleaseNumber(2));
  EXPECT_EQ(container_of("web.1"), web);
  EXPECT_NE(container_of("worker.1"), worker);
  ASSERT_EQ(restart(ProcessType::web())->stage, DeployStage::Succeeded);
  EXPECT_NE(container_of("web.1"), web);
  EXPECT_THAT(listed(), ElementsAre("web.1 up v2", "worker.1 up v2"));
  ASSERT_TRUE(bed_.wait_idle(app_));
  EXPECT_THAT(bed_.engine.containers(), SizeIs(2));
  EXPECT_THAT(bed_.serving(app_), SizeIs(1));
}

TEST_F(Restart, LeavesTheOldContainersWhenTheNewOnesDoNotWork) {
  const std::string web = container_of("web.1");
  break_checks();
  EXPECT_EQ(restart()->stage, DeployStage::Failed);
  EXPECT_EQ(container_of("web.1"), web);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Restart, RefusesATypeThatDoesNotRun) {
  EXPECT_EQ(restart(worker_).error().code, ErrorCode::Conflict);
  EXPECT_EQ(restart(*ProcessType::parse("clock")).error().code, ErrorCode::NotFound);
}

using Stopping = Processes;

TEST_F(Stopping, KeepsTheContainersForTheirLogs) {
  const auto outcome = stop();
  ASSERT_TRUE(outcome) << outcome.error().for_log();
  EXPECT_EQ(outcome->stage, DeployStage::Succeeded);
  EXPECT_EQ(status(), AppStatus::Stopped);
  EXPECT_THAT(listed(), ElementsAre("web.1 stopped v1"));
  EXPECT_THAT(bed_.serving(app_), IsEmpty());
  EXPECT_THAT(seen_.lines().back(), HasSubstr("blog v1 is stopped; to start it: ps:start blog"));
  EXPECT_EQ(stop()->deploy, 0);
}

TEST_F(Stopping, OutlivesTheServerAndTheEngine) {
  ASSERT_TRUE(stop());
  bed_.engine.lose_containers();
  bed_.restart();
  ASSERT_TRUE(recover(bed_.server().parts));
  bed_.start_queue();
  const auto report = reconcile();
  EXPECT_EQ(report.removed + report.started + report.recreated, 0);
  EXPECT_THAT(listed(), ElementsAre("web.1 stopped v1"));
}

TEST_F(Stopping, IsDoneByReconciliationWhereSomebodyStartedAContainer) {
  ASSERT_TRUE(stop());
  ASSERT_TRUE(bed_.engine.start_container({container_of("web.1")}));
  EXPECT_TRUE(reconcile().settled());
  EXPECT_THAT(listed(), ElementsAre("web.1 stopped v1"));
}

TEST_F(Stopping, IsTakenBackWhenTheEngineDoesNotAnswer) {
  bed_.engine.fail_next(EngineCall::Stop, {ErrorCode::Unavailable, "no engine", "", ""});
  EXPECT_EQ(stop()->stage, DeployStage::Failed);
  EXPECT_FALSE(bed_.server().apps.get(app_)->stopped);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Stopping, EndsWithStartRestartPushAndRollback) {
  ASSERT_TRUE(stop());
  EXPECT_EQ(start()->release, ReleaseNumber(1));
  EXPECT_EQ(bed_.broken_promise(app_), "");
  EXPECT_EQ(start()->deploy, 0);
  ASSERT_TRUE(stop());
  EXPECT_EQ(restart()->release, ReleaseNumber(1));
  EXPECT_EQ(bed_.broken_promise(app_), "");
  ASSERT_TRUE(stop());
  EXPECT_EQ(push("two")->release, ReleaseNumber(2));
  EXPECT_THAT(seen_.text(), HasSubstr("-----> blog is stopped; this starts it"));
  EXPECT_EQ(bed_.broken_promise(app_), "");
  ASSERT_TRUE(stop());
  ASSERT_TRUE(platform().rollback(bed_.admin, app_, std::nullopt, seen_.follow()));
  EXPECT_EQ(bed_.broken_promise(app_), "");
  EXPECT_EQ(status(), AppStatus::Running);
}

TEST_F(Stopping, StaysWhenTheStartFails) {
  ASSERT_TRUE(stop());
  break_checks();
  EXPECT_EQ(start()->stage, DeployStage::Failed);
  EXPECT_EQ(push("two")->stage, DeployStage::Failed);
  EXPECT_EQ(status(), AppStatus::Stopped);
  EXPECT_THAT(listed(), ElementsAre("web.1 stopped v1"));
  EXPECT_THAT(seen_.lines().back(), Not(HasSubstr("still serves")));
}

TEST_F(Stopping, StaysWithANewConfigAndAnotherFormation) {
  ASSERT_TRUE(stop());
  EXPECT_EQ(set("DEBUG")->release, ReleaseNumber(2));
  EXPECT_EQ(scale("worker", 1)->release, ReleaseNumber(3));
  EXPECT_EQ(status(), AppStatus::Stopped);
  ASSERT_TRUE(bed_.wait_idle(app_));
  EXPECT_THAT(bed_.engine.containers(), IsEmpty());
  EXPECT_TRUE(reconcile().settled());
  ASSERT_TRUE(bed_.wait_idle(app_));
  EXPECT_THAT(bed_.engine.containers(), IsEmpty());
  ASSERT_EQ(start()->stage, DeployStage::Succeeded);
  EXPECT_THAT(listed(), ElementsAre("web.1 up v3", "worker.1 up v3"));
}

TEST_F(Stopping, NeedsARelease) {
  const AppName fresh = bed_.make_app("fresh");
  EXPECT_EQ(platform().stop(bed_.admin, fresh, seen_.follow()).error().code, ErrorCode::Conflict);
  EXPECT_EQ(platform().start(bed_.admin, fresh, seen_.follow()).error().code, ErrorCode::Conflict);
}

using Locks = Processes;

TEST_F(Locks, RefuseEveryChange) {
  ASSERT_TRUE(platform().lock(bed_.admin, app_));
  const auto refused = [](const auto& result) {
    return !result && result.error().code == ErrorCode::Conflict &&
           result.error().message == "blog is locked by ada";
  };
  const Follow follow = seen_.follow();
  const Actor& ada = bed_.admin;
  EXPECT_TRUE(refused(push("two")));
  EXPECT_TRUE(refused(set("DEBUG")));
  EXPECT_TRUE(refused(scale("worker", 1)));
  EXPECT_TRUE(refused(restart()));
  EXPECT_TRUE(refused(stop()));
  EXPECT_TRUE(refused(start()));
  EXPECT_TRUE(refused(platform().rebuild(ada, app_, false, follow)));
  EXPECT_TRUE(refused(platform().rollback(ada, app_, ReleaseNumber(1), follow)));
  EXPECT_TRUE(refused(platform().set_app(ada, app_, {{"deploy_branch", "x"}})));
  EXPECT_TRUE(refused(platform().destroy_app(ada, app_, false)));
  EXPECT_TRUE(refused(platform().require_open(ada, app_)));
  EXPECT_EQ(platform().lock(ada, app_).error().message, "blog is locked already, by ada");
  EXPECT_EQ(platform().app(ada, app_)->locked_by, "ada");
  EXPECT_EQ(*platform().unlock(ada, app_), true);
  EXPECT_EQ(*platform().unlock(ada, app_), false);
  EXPECT_EQ(set("DEBUG")->stage, DeployStage::Succeeded);
}

TEST_F(Locks, OutliveTheServerAndLeaveReadingAlone) {
  ASSERT_TRUE(platform().lock(bed_.admin, app_));
  bed_.restart();
  bed_.start_queue();
  EXPECT_TRUE(platform().app(bed_.admin, app_)->locked_at);
  EXPECT_THAT(listed(), ElementsAre("web.1 up v1"));
  EXPECT_FALSE(platform().require_open(bed_.admin, app_));
}

}  // namespace
}  // namespace minpaas::hooks
