#include <gmock/gmock.h>

#include <algorithm>
#include <future>

#include "tests/support/deploy_bed.h"

namespace minpaas::hooks {
namespace {

using state::DeployStage;
using test::DeployBed;
using test::EngineCall;
using test::Watcher;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

class Push : public testing::Test {
 protected:
  Push() { bed_.start_queue(); }

  /// Pushes and expects it to fail; what the pusher saw is in `seen_`.
  DeployOutcome failing_push(const Oid& commit) {
    const auto outcome = bed_.push(app_, commit, seen_);
    EXPECT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome->stage, DeployStage::Failed);
    return *outcome;
  }

  DeployBed bed_;
  AppName app_ = bed_.make_app("blog");
  Watcher seen_;
};

TEST_F(Push, MakesTheFirstReleaseLiveAndMovesTheRef) {
  const Oid commit = bed_.commit(app_, "hello");
  const auto outcome = bed_.push(app_, commit, seen_);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->stage, DeployStage::Succeeded);
  EXPECT_EQ(outcome->release, ReleaseNumber(1));
  EXPECT_THAT(outcome->url, MatchesRegex("http://localhost:1[0-9]+"));
  EXPECT_EQ(bed_.ref(app_), commit);
  EXPECT_THAT(bed_.serving(app_), ElementsAre("v1"));
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Push, SpeaksInHerokusGrammarWithTimes) {
  ASSERT_TRUE(bed_.push(app_, bed_.commit(app_, "hello"), seen_));
  const auto lines = seen_.lines();
  EXPECT_THAT(lines.front(), MatchesRegex("-----> Deploying blog at [0-9a-f]{7} \\(Say hello\\)"));
  EXPECT_THAT(lines.back(), MatchesRegex("=====> blog v1 is live at http://.* \\(.* s\\)"));
  EXPECT_THAT(seen_.text(), HasSubstr("       Runtime python: app.py and requirements.txt found"));
  EXPECT_THAT(seen_.text(), HasSubstr("       [1/2] FROM base"));
  EXPECT_THAT(seen_.text(), HasSubstr("       Healthy ("));
}

TEST_F(Push, ReplacesTheOldReleaseAndItsContainers) {
  const Oid first = bed_.commit(app_, "one");
  ASSERT_TRUE(bed_.push(app_, first));
  const Oid second = bed_.commit(app_, "two", first);
  const auto outcome = bed_.push(app_, second, seen_);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->release, ReleaseNumber(2));
  EXPECT_THAT(bed_.containers(app_), ElementsAre("v2 web.1"));
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Push, EndsBeforeTheOldContainersAreStopped) {
  ASSERT_TRUE(bed_.push(app_, bed_.commit(app_, "one")));
  std::promise<void> pushed;
  auto goes_on = pushed.get_future().share();
  bed_.at_point = [&](std::string_view point) {
    if (point == "settled") {
      goes_on.wait();
    }
  };
  const Oid second = bed_.commit(app_, "two");
  const auto outcome = bed_.platform().push(bed_.admin, bed_.push_of(app_, second), seen_.follow());
  EXPECT_EQ(outcome->stage, DeployStage::Succeeded);
  EXPECT_EQ(bed_.server().deploys.get(outcome->deploy)->stage, DeployStage::Succeeded);
  EXPECT_EQ(bed_.ref(app_), second);
  EXPECT_EQ(bed_.engine.containers().size(), 2U);
  pushed.set_value();
  ASSERT_TRUE(bed_.wait_idle(app_));
  bed_.at_point = {};
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

/// The container of each release of an app that may not run beside another.
class PushWithoutOverlap : public Push {
 protected:
  PushWithoutOverlap() {
    bed_.router.can_hold = true;
    EXPECT_TRUE(bed_.push(app_, bed_.commit(app_, "one")));
    EXPECT_TRUE(bed_.platform().set_app(bed_.admin, app_, {{"overlap", "off"}}));
  }

  int running() {
    const auto all = bed_.engine.containers();
    return static_cast<int>(
        std::ranges::count(all, docker::RunState::Running, &docker::ContainerDetails::state));
  }
};

TEST_F(PushWithoutOverlap, StopsTheOldContainersFirstAndHoldsRequestsMeanwhile) {
  int checked = 0;
  bed_.check = [&](const auto&, const auto&) -> Result<void> {
    // The direct router of the bed checks its twin beside the first one.
    checked += 1;
    EXPECT_TRUE(checked > 1 || running() == 1);
    EXPECT_TRUE(bed_.router.held().contains(app_));
    return {};
  };
  ASSERT_TRUE(bed_.push(app_, bed_.commit(app_, "two"), seen_));
  EXPECT_GT(checked, 0);
  EXPECT_THAT(bed_.router.held(), IsEmpty());
  EXPECT_THAT(seen_.text(), HasSubstr("-----> Stopping the old containers first (overlap=off)"));
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(PushWithoutOverlap, ThatFailsStartsTheOldContainersAgain) {
  bed_.check = [&](const std::vector<CheckTarget>& targets, const auto&) -> Result<void> {
    const auto spec = bed_.engine.inspect_container(targets.front().container);
    return spec->labels.at("minpaas.release") == "v1"
               ? Result<void>()
               : Error{ErrorCode::Failed, "it does not answer", "", ""};
  };
  failing_push(bed_.commit(app_, "two"));
  EXPECT_THAT(bed_.router.held(), IsEmpty());
  EXPECT_EQ(running(), 1);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

/// The containers run, but have lost their traffic already.
TEST_F(PushWithoutOverlap, ThatIsCancelledWhileTheyDrainGivesThemTheirTrafficBack) {
  bed_.router.while_draining = [&](const auto&) {
    bed_.server().queue.cancel(app_, "cancelled by ada");
  };
  const auto outcome = bed_.push(app_, bed_.commit(app_, "two"), seen_);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->stage, DeployStage::Cancelled);
  EXPECT_EQ(running(), 1);
  EXPECT_THAT(bed_.router.held(), IsEmpty());
  EXPECT_THAT(bed_.router.restored().front().serving, IsEmpty());
  EXPECT_THAT(bed_.router.restored().back().serving, testing::SizeIs(1));
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

/// Whoever sets it back in the middle has nobody held for ever.
TEST_F(PushWithoutOverlap, LetsGoThoughTheAppMayOverlapMeanwhile) {
  bed_.check = [&](const auto&, const auto&) -> Result<void> {
    EXPECT_TRUE(bed_.platform().set_app(bed_.admin, app_, {{"overlap", "on"}}));
    bed_.check = {};
    return Error{ErrorCode::Failed, "it does not answer", "", ""};
  };
  failing_push(bed_.commit(app_, "two"));
  EXPECT_THAT(bed_.router.held(), IsEmpty());
  EXPECT_EQ(running(), 1);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Push, NamesTheFileThatIsMissing) {
  const Oid commit = bed_.commit_files(app_, {{"app.py", "x"}});
  const auto outcome = failing_push(commit);
  EXPECT_THAT(outcome.reason, HasSubstr("requirements.txt is missing"));
  EXPECT_THAT(seen_.text(), HasSubstr(" !     this looks like a python app, but requirements.txt"));
  EXPECT_THAT(seen_.lines().back(), HasSubstr("Nothing was deployed."));
  EXPECT_EQ(bed_.broken_promise(app_), "");
  EXPECT_THAT(bed_.engine.builds(), IsEmpty());
}

TEST_F(Push, LeavesTheOldReleaseServingWhenTheBuildFails) {
  const Oid first = bed_.commit(app_, "one");
  ASSERT_TRUE(bed_.push(app_, first));
  bed_.engine.next_build_fails("RUN make exited with status 1");
  const auto outcome = failing_push(bed_.commit(app_, "two", first));
  EXPECT_EQ(outcome.reason, "RUN make exited with status 1");
  EXPECT_THAT(seen_.lines().back(), HasSubstr("v1 still serves"));
  EXPECT_EQ(bed_.ref(app_), first);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Push, NamesTheStepOfARuntimeInsteadOfItsRunLine) {
  bed_.engine.next_build_fails(
      "build step [7/8] RUN [ ! -f /deps/requirements.txt ] || pip install -r "
      "/deps/requirements.txt exited with status 1");
  EXPECT_EQ(failing_push(bed_.commit(app_, "one")).reason, "pip install failed");
  EXPECT_THAT(seen_.text(), HasSubstr(" !     pip install failed"));
}

TEST_F(Push, LeavesNothingOfAReleaseThatFailsItsCheck) {
  const Oid first = bed_.commit(app_, "one");
  ASSERT_TRUE(bed_.push(app_, first));
  const auto images = bed_.engine.images().size();
  bed_.check = [](const auto&, const auto&) {
    return Result<void>(Error{ErrorCode::Failed, "web.1 answers 500", "look at the logs", ""});
  };
  const auto outcome = failing_push(bed_.commit(app_, "two", first));
  EXPECT_EQ(outcome.reason, "web.1 answers 500");
  EXPECT_THAT(seen_.text(), HasSubstr(" !     look at the logs"));
  EXPECT_EQ(bed_.engine.images().size(), images);
  EXPECT_EQ(bed_.broken_promise(app_), "");
  const auto releases = bed_.platform().releases(bed_.admin, app_, 10);
  EXPECT_EQ(releases->front().state, ReleaseState::Failed);
}

TEST_F(Push, LeavesNothingOfAStartOnAFullDisk) {
  const Oid first = bed_.commit(app_, "one");
  ASSERT_TRUE(bed_.push(app_, first));
  const auto images = bed_.engine.images().size();
  const Error full{ErrorCode::NoSpace, "the Docker Engine's disk is full", "free space on it", ""};
  for (const EngineCall call : {EngineCall::Create, EngineCall::Start}) {
    bed_.engine.fail_next(call, full);
    const auto outcome = failing_push(bed_.commit(app_, "two", first));
    EXPECT_THAT(outcome.reason, HasSubstr("the Docker Engine's disk is full"));
    EXPECT_THAT(seen_.text(), HasSubstr(" !     free space on it"));
    EXPECT_EQ(bed_.engine.images().size(), images);
    EXPECT_EQ(bed_.broken_promise(app_), "");
  }
}

TEST_F(Push, SettlesAnEarlierDeployWhoseEndCouldNotBeStored) {
  const Oid first = bed_.commit(app_, "one");
  ASSERT_TRUE(bed_.push(app_, first));
  auto& deploys = bed_.server().deploys;
  const auto id = *deploys.add(asked_for(app_, state::DeployKind::Restart, "ada"));
  ASSERT_TRUE(deploys.enter(id, DeployStage::Starting));
  ASSERT_TRUE(bed_.push(app_, bed_.commit(app_, "two", first)));
  EXPECT_EQ(deploys.get(id)->stage, DeployStage::Failed);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Push, BringsTheOldContainerBackWhenTheNewOneDiesOnThePort) {
  const Oid first = bed_.commit(app_, "one");
  ASSERT_TRUE(bed_.push(app_, first));
  int checks = 0;
  bed_.check = [&checks](const auto&, const auto&) {
    return ++checks == 1 ? Result<void>()
                         : Result<void>(Error{ErrorCode::Failed, "web.1 exited", "", ""});
  };
  EXPECT_EQ(failing_push(bed_.commit(app_, "two", first)).reason, "web.1 exited");
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Push, SaysThatTheEngineIsDown) {
  bed_.engine.go_down();
  const Oid commit = bed_.commit(app_, "one");
  EXPECT_THAT(failing_push(commit).reason, Not(IsEmpty()));
  bed_.engine.come_up();
  EXPECT_EQ(bed_.broken_promise(app_), "");
  const auto again = bed_.push(app_, commit);
  EXPECT_EQ(again->stage, DeployStage::Succeeded);
}

TEST_F(Push, KeepsTheOldReleaseWhenTheEngineGoesDownInABuild) {
  const Oid first = bed_.commit(app_, "one");
  ASSERT_TRUE(bed_.push(app_, first));
  bed_.engine.before(EngineCall::Build, [this](const std::string&) { bed_.engine.go_down(); });
  failing_push(bed_.commit(app_, "two", first));
  bed_.engine.before(EngineCall::Build, {});
  bed_.engine.come_up();
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Push, RefusesABuildOnAFullDisk) {
  bed_.settings.build.reserve_bytes = 1LL << 60;
  const auto outcome = failing_push(bed_.commit(app_, "one"));
  EXPECT_THAT(outcome.reason, HasSubstr("disk is nearly full"));
  EXPECT_THAT(bed_.engine.builds(), IsEmpty());
}

TEST_F(Push, StopsABuildThatTakesTooLong) {
  bed_.settings.build.timeout = seconds(0);
  bed_.engine.hold_builds();
  EXPECT_THAT(failing_push(bed_.commit(app_, "one")).reason, HasSubstr("took longer than"));
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Push, SaysWhatToRunWhenTheBaseImageIsNotThere) {
  bed_.engine.add_to_registry("localhost/minpaas/node-base");
  const Oid commit =
      bed_.commit_files(app_, {{"package.json", R"({"scripts": {"start": "node s.js"}})"}});
  EXPECT_THAT(failing_push(commit).reason, HasSubstr("base image"));
  EXPECT_THAT(seen_.text(), HasSubstr("base-images"));
}

TEST_F(Push, RefusesASubmoduleAndALfsPointer) {
  const test::CommitFiles files{{"app.py", "x"}, {"requirements.txt", ""}};
  test::CommitFiles with_submodule = files;
  with_submodule["vendor/lib"] = test::kSubmodule;
  EXPECT_EQ(failing_push(bed_.commit_files(app_, with_submodule)).reason,
            "submodules are not fetched: vendor/lib");
  test::CommitFiles with_pointer = files;
  with_pointer["logo.png"] = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n";
  EXPECT_EQ(failing_push(bed_.commit_files(app_, with_pointer)).reason,
            "Git LFS files are not fetched: logo.png");
  EXPECT_THAT(seen_.text(), HasSubstr(".minpaasignore"));
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Push, RunsTheReleaseCommandOnceAndFailsWithIt) {
  const Oid commit = bed_.commit_files(
      app_,
      {{"app.py", "x"}, {"requirements.txt", ""}, {"Procfile", "web: run\nrelease: migrate\n"}});
  test::FakeBuild build;
  build.behaviour.exit_code = 3;
  build.behaviour.log = {"no such table"};
  bed_.engine.next_build(build);
  EXPECT_THAT(failing_push(commit).reason, HasSubstr("release command exited with status 3"));
  EXPECT_THAT(seen_.text(), HasSubstr("       no such table"));
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Push, SkipsTheReleaseCommandWhenAsked) {
  auto request =
      bed_.push_of(app_, bed_.commit_files(app_, {{"app.py", "x"},
                                                  {"requirements.txt", ""},
                                                  {"Procfile", "web: run\nrelease: migrate\n"}}));
  request.skip_release = true;
  const auto outcome = bed_.platform().push(bed_.admin, request, seen_.follow());
  EXPECT_EQ(outcome->stage, DeployStage::Succeeded);
  EXPECT_THAT(seen_.text(), HasSubstr("is skipped"));
}

TEST_F(Push, PrintsAPlanAndDeploysNothing) {
  auto request = bed_.push_of(app_, bed_.commit(app_, "one"));
  request.plan_only = true;
  const auto outcome = bed_.platform().push(bed_.admin, request, seen_.follow());
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->stage, DeployStage::Cancelled);
  EXPECT_THAT(seen_.text(), HasSubstr("localhost/minpaas/python-base"));
  EXPECT_THAT(seen_.text(), HasSubstr("web x1: python app.py"));
  EXPECT_TRUE(bed_.ref(app_).is_zero());
  EXPECT_THAT(bed_.engine.journal(), IsEmpty());
}

TEST_F(Push, BuildsWithoutCacheWhenAsked) {
  auto request = bed_.push_of(app_, bed_.commit(app_, "one"));
  request.no_cache = true;
  ASSERT_TRUE(bed_.platform().push(bed_.admin, request, seen_.follow()));
  EXPECT_FALSE(bed_.engine.builds().front().use_cache);
}

TEST_F(Push, IsRefusedOnAnotherBranch) {
  auto request = bed_.push_of(app_, bed_.commit(app_, "one"));
  request.ref = "refs/heads/dev";
  const auto outcome = bed_.platform().push(bed_.admin, request, seen_.follow());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "dev does not deploy, main does");
}

TEST_F(Push, OfARefThatMovedMeanwhileStillEndsAtTheLiveCommit) {
  const Oid foreign = bed_.commit(app_, "foreign");
  const Oid mine = bed_.commit(app_, "mine");
  bed_.at_point = [&](std::string_view point) {
    if (point == "built") {
      auto repository = git::Repository::open(bed_.server().parts.repository(app_));
      EXPECT_TRUE(repository->update_ref({*git::RefName::branch("main"), Oid(), foreign}));
    }
  };
  EXPECT_EQ(bed_.push(app_, mine)->stage, DeployStage::Succeeded);
  EXPECT_EQ(bed_.ref(app_), mine);
}

}  // namespace
}  // namespace minpaas::hooks
