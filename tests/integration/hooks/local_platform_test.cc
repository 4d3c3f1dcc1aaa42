#include "hooks/platform/local_platform.h"

#include <gmock/gmock.h>

#include <fstream>

#include "core/base/file.h"
#include "tests/support/deploy_bed.h"

namespace minpaas::hooks {
namespace {

using state::DeployStage;
using test::DeployBed;
using test::EngineCall;
using test::Watcher;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

ConfigVars vars(std::initializer_list<std::pair<const char*, const char*>> values) {
  ConfigVars vars;
  for (const auto& [key, value] : values) {
    vars.emplace(*ConfigKey::parse(key), Secret(value));
  }
  return vars;
}

class PlatformOfOne : public testing::Test {
 protected:
  PlatformOfOne() { bed_.start_queue(); }

  LocalPlatform& platform() { return bed_.platform(); }

  Result<DeployOutcome> set(const ConfigVars& values, const std::vector<ConfigKey>& unset = {}) {
    return platform().change_config(bed_.admin, app_, values, unset, seen_.follow());
  }

  std::map<std::string, std::string> environment() {
    for (const auto& container : bed_.engine.containers()) {
      if (container.state == docker::RunState::Running) {
        return bed_.engine.spec(container.name)->env;
      }
    }
    return {};
  }

  Oid push_one() {
    const Oid commit = bed_.commit(app_, "one");
    EXPECT_EQ(bed_.push(app_, commit)->stage, DeployStage::Succeeded);
    return commit;
  }

  DeployBed bed_;
  AppName app_ = bed_.make_app("blog");
  Watcher seen_;
};

using Config = PlatformOfOne;

TEST_F(Config, IsOnlyStoredBeforeTheFirstRelease) {
  const auto outcome = set(vars({{"DEBUG", "1"}}));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->stage, DeployStage::Succeeded);
  EXPECT_FALSE(outcome->release);
  push_one();
  EXPECT_EQ(environment()["DEBUG"], "1");
}

TEST_F(Config, MakesOneReleaseForSeveralChangesWithoutABuild) {
  push_one();
  const auto outcome = set(vars({{"A", "1"}, {"B", "two\nlines"}}));
  EXPECT_EQ(outcome->release, ReleaseNumber(2));
  EXPECT_THAT(bed_.engine.builds(), SizeIs(1));
  EXPECT_EQ(environment()["B"], "two\nlines");
  EXPECT_EQ((*platform().releases(bed_.admin, app_, 1)).front().description, "Set A and B");
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Config, MakesNoReleaseWhenNothingChanges) {
  ASSERT_TRUE(set(vars({{"A", "1"}})));
  push_one();
  const auto outcome = set(vars({{"A", "1"}}), {*ConfigKey::parse("GONE")});
  EXPECT_EQ(outcome->stage, DeployStage::Succeeded);
  EXPECT_FALSE(outcome->release);
  EXPECT_THAT(*platform().releases(bed_.admin, app_, 10), SizeIs(1));
}

TEST_F(Config, IsAsBeforeWhenTheRestartFails) {
  ASSERT_TRUE(set(vars({{"A", "1"}})));
  push_one();
  bed_.check = [](const auto&, const auto&) {
    return Result<void>(Error{ErrorCode::Failed, "web.1 exited with status 1", "", ""});
  };
  const auto outcome = set(vars({{"A", "2"}, {"B", "3"}}));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->stage, DeployStage::Failed);
  EXPECT_EQ(outcome->reason, "web.1 exited with status 1");
  EXPECT_TRUE(*platform().config(bed_.admin, app_) == vars({{"A", "1"}}));
  EXPECT_EQ(environment()["A"], "1");
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Config, NeverShowsAValue) {
  push_one();
  ASSERT_TRUE(set(vars({{"TOKEN", "s3cret-value"}})));
  EXPECT_THAT(seen_.text(), HasSubstr("TOKEN"));
  EXPECT_THAT(seen_.text(), Not(HasSubstr("s3cret-value")));
  EXPECT_THAT((*platform().releases(bed_.admin, app_, 1)).front().description,
              Not(HasSubstr("s3cret")));
}

TEST_F(Config, RefusesAKeyThatIsBothSetAndUnset) {
  const auto outcome = set(vars({{"A", "1"}}), {*ConfigKey::parse("A")});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::InvalidInput);
}

using Apps = PlatformOfOne;

TEST_F(Apps, AreListedWithWhatServes) {
  EXPECT_EQ((*platform().apps(bed_.admin)).front().status, AppStatus::Created);
  push_one();
  const auto listed = platform().apps(bed_.admin);
  ASSERT_THAT(*listed, SizeIs(1));
  EXPECT_EQ(listed->front().status, AppStatus::Running);
  EXPECT_EQ(listed->front().runtime, "python");
  EXPECT_EQ(listed->front().release, ReleaseNumber(1));
  bed_.engine.lose_containers();
  EXPECT_EQ((*platform().apps(bed_.admin)).front().status, AppStatus::Crashed);
  bed_.engine.go_down();
  EXPECT_EQ((*platform().apps(bed_.admin)).front().status, AppStatus::Unknown);
}

TEST_F(Apps, AreReportedWithTheirSettings) {
  ASSERT_TRUE(set(vars({{"A", "1"}})));
  const auto report = platform().app(bed_.admin, app_);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->deploy_branch, "main");
  EXPECT_EQ(report->chosen_runtime, "auto");
  EXPECT_EQ(report->git_url_path, "/blog");
  EXPECT_THAT(report->config_keys, ElementsAre(*ConfigKey::parse("A")));
}

TEST_F(Apps, AreSuggestedWhereANameIsMistyped) {
  const auto near = platform().processes(bed_.admin, *AppName::parse("blgo"));
  ASSERT_FALSE(near);
  EXPECT_EQ(near.error().message, "there is no app blgo");
  EXPECT_EQ(near.error().hint, "did you mean blog? list them: apps");
  EXPECT_EQ(platform().processes(bed_.admin, *AppName::parse("nobody")).error().hint,
            "list them: apps");
}

TEST_F(Apps, CannotBeMadeTwice) {
  const auto again = platform().create_app(bed_.admin, app_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::AlreadyExists);
}

TEST_F(Apps, MayBeMadeByAPushUnlessThatIsOff) {
  const AppName shop = *AppName::parse("shop");
  bed_.settings.apps.create_on_push = false;
  EXPECT_EQ(platform().open_for_push(bed_.admin, shop).error().code, ErrorCode::NotFound);
  bed_.settings.apps.create_on_push = true;
  const auto place = platform().open_for_push(bed_.admin, shop);
  ASSERT_TRUE(place);
  EXPECT_TRUE(place->is_new);
  EXPECT_EQ(place->deploy_branch, "main");
  EXPECT_TRUE(git::Repository::open(place->folder));
}

TEST_F(Apps, AreNotThereAfterAPushThatDidNotDeploy) {
  const AppName shop = *AppName::parse("shop");
  auto first = platform().open_for_push(bed_.admin, shop);
  ASSERT_TRUE(first);
  auto second = platform().open_for_push(bed_.admin, shop);
  ASSERT_TRUE(second);
  first->hold.reset();
  EXPECT_TRUE(git::Repository::open(second->folder));
  second->hold.reset();
  EXPECT_FALSE(std::filesystem::exists(second->folder));
  EXPECT_EQ(platform().app(bed_.admin, shop).error().code, ErrorCode::NotFound);
}

TEST_F(Apps, KeepTheRepositoryOfThePushThatMadeThem) {
  const AppName shop = *AppName::parse("shop");
  auto place = platform().open_for_push(bed_.admin, shop);
  ASSERT_TRUE(place);
  ASSERT_TRUE(platform().create_app(bed_.admin, shop));
  const Oid commit = bed_.commit(shop, "one");
  place->hold.reset();
  EXPECT_EQ(bed_.push(shop, commit, seen_)->stage, DeployStage::Succeeded);
  EXPECT_FALSE(platform().open_for_push(bed_.admin, shop)->is_new);
}

TEST_F(Apps, ShowTheirReleasesToAFetch) {
  const Oid first = bed_.commit(app_, "one");
  ASSERT_EQ(bed_.push(app_, first, seen_)->stage, DeployStage::Succeeded);
  const Oid second = bed_.commit(app_, "two", first);
  ASSERT_EQ(bed_.push(app_, second, seen_)->stage, DeployStage::Succeeded);
  const auto source = platform().open_for_fetch(bed_.admin, app_);
  ASSERT_TRUE(source);
  EXPECT_THAT(source->release_refs,
              testing::UnorderedElementsAre(testing::Pair("refs/live", second),
                                            testing::Pair("refs/releases/v2", second),
                                            testing::Pair("refs/releases/v1", first)));
  EXPECT_TRUE(git::Repository::open(source->folder));
}

TEST_F(Apps, AreFetchedOnlyWhereTheyAre) {
  const auto source = platform().open_for_fetch(bed_.admin, *AppName::parse("nobody"));
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, ErrorCode::NotFound);
}

TEST_F(Apps, AreNotNeededForAPlan) {
  const AppName shop = *AppName::parse("shop");
  const auto place = platform().open_for_push(bed_.admin, shop);
  auto request = bed_.push_of(shop, bed_.commit(shop, "one"));
  EXPECT_EQ(platform().push(bed_.admin, request, seen_.follow()).error().code, ErrorCode::NotFound);
  request.plan_only = true;
  EXPECT_TRUE(platform().push(bed_.admin, request, seen_.follow()));
  EXPECT_THAT(seen_.text(), HasSubstr("Make the app and its first release"));
  EXPECT_EQ(platform().app(bed_.admin, shop).error().code, ErrorCode::NotFound);
}

TEST_F(Apps, GetTheRepositoryThatACrashKeptFromThem) {
  std::filesystem::remove_all(bed_.server().parts.repository(app_));
  const auto place = platform().open_for_push(bed_.admin, app_);
  ASSERT_TRUE(place);
  EXPECT_TRUE(git::Repository::open(place->folder));
}

TEST_F(Apps, TakeARuntimeThatExists) {
  const auto bad = platform().set_app(bed_.admin, app_, {{"runtime", "cobol"}});
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().hint, HasSubstr("python"));
  ASSERT_TRUE(platform().set_app(bed_.admin, app_, {{"runtime", "dockerfile"}}));
  EXPECT_EQ((*platform().app(bed_.admin, app_)).chosen_runtime, "dockerfile");
  ASSERT_TRUE(platform().set_app(bed_.admin, app_, {{"runtime", "auto"}}));
  EXPECT_EQ((*platform().app(bed_.admin, app_)).chosen_runtime, "auto");
}

TEST_F(Apps, ChangeNothingWhenOneOfTheSettingsIsWrong) {
  ASSERT_FALSE(
      platform().set_app(bed_.admin, app_, {{"deploy_branch", "release"}, {"colour", "red"}}));
  EXPECT_EQ(platform().app(bed_.admin, app_)->deploy_branch, "main");
  for (const auto* branch : {"a..b", "", "refs/heads/release"}) {
    const auto set = platform().set_app(bed_.admin, app_, {{"deploy_branch", branch}});
    ASSERT_FALSE(set) << branch;
    EXPECT_EQ(set.error().code, ErrorCode::InvalidInput);
    EXPECT_EQ(set.error().hint, "write the branch alone, like main");
  }
}

TEST_F(Apps, HaveTheServersTimeToEndUnlessTheirOwnIsSet) {
  const auto times = [this] {
    const auto app = platform().app(bed_.admin, app_);
    return std::pair(app->drain_timeout, app->stop_timeout);
  };
  EXPECT_EQ(times(), std::pair(seconds(30), seconds(30)));
  ASSERT_TRUE(
      platform().set_app(bed_.admin, app_, {{"drain_timeout", "5m"}, {"stop_timeout", "0"}}));
  EXPECT_EQ(times(), std::pair(seconds(300), seconds(0)));
  for (const char* bad : {"never", "-1", "2h", "500ms"}) {
    const auto set = platform().set_app(bed_.admin, app_, {{"drain_timeout", bad}});
    ASSERT_FALSE(set) << bad;
    EXPECT_EQ(set.error().code, ErrorCode::InvalidInput);
  }
  EXPECT_EQ(times().first, seconds(300));
  ASSERT_TRUE(platform().set_app(bed_.admin, app_, {{"drain_timeout", ""}}));
  EXPECT_EQ(times(), std::pair(seconds(30), seconds(0)));
}

TEST_F(Apps, AreDrainedForTheTimeThatIsSet) {
  ASSERT_TRUE(bed_.push(app_, bed_.commit(app_, "one")));
  ASSERT_TRUE(platform().set_app(bed_.admin, app_, {{"drain_timeout", "70s"}}));
  ASSERT_TRUE(bed_.push(app_, bed_.commit(app_, "two")));
  ASSERT_TRUE(bed_.wait_idle(app_));
  EXPECT_THAT(bed_.router.patience(), ElementsAre(seconds(70)));
}

TEST_F(Apps, DeployFromTheBranchThatIsSet) {
  ASSERT_TRUE(platform().set_app(bed_.admin, app_, {{"deploy_branch", "release"}}));
  auto request = bed_.push_of(app_, bed_.commit(app_, "one"));
  EXPECT_FALSE(platform().push(bed_.admin, request, seen_.follow()));
  request.ref = "refs/heads/release";
  EXPECT_EQ(platform().push(bed_.admin, request, seen_.follow())->stage, DeployStage::Succeeded);
}

TEST_F(Apps, LeaveNothingBehindWhenTheyAreDestroyed) {
  push_one();
  const auto images = bed_.engine.images().size();
  const ImageId foreign = bed_.engine.add_image("somebody/else", {}, {{"minpaas.app", "blog"}});
  ASSERT_TRUE(platform().destroy_app(bed_.admin, app_, false));
  EXPECT_THAT(bed_.engine.containers(), IsEmpty());
  EXPECT_EQ(bed_.engine.images().size(), images);
  EXPECT_TRUE(bed_.engine.inspect_image(foreign.value));
  EXPECT_EQ(platform().app(bed_.admin, app_).error().code, ErrorCode::NotFound);
  EXPECT_THAT(std::filesystem::directory_iterator(bed_.folder.path() / "repos"),
              std::filesystem::directory_iterator());
  EXPECT_TRUE(platform().create_app(bed_.admin, app_));
}

TEST_F(Apps, LeaveAloneWhatPeopleStartedFromTheirImages) {
  push_one();
  const auto image = (*bed_.server().releases.live(app_))->image;
  // The engine hands the labels of an image on to its containers.
  const docker::ContainerSpec theirs{
      .name = "debug", .image = image, .labels = (*bed_.engine.inspect_image(image.value)).labels};
  const auto debug = bed_.engine.create_container(theirs);
  ASSERT_TRUE(debug) << debug.error().for_log();
  ASSERT_TRUE(platform().destroy_app(bed_.admin, app_, false));
  EXPECT_TRUE(bed_.engine.inspect_container(*debug)) << "it carries the labels of its image only";
}

TEST_F(Apps, StayWhenTheEngineCannotRemoveTheirContainers) {
  push_one();
  bed_.engine.go_down();
  ASSERT_FALSE(platform().destroy_app(bed_.admin, app_, false));
  bed_.engine.come_up();
  EXPECT_EQ(bed_.broken_promise(app_), "");
  EXPECT_TRUE(platform().destroy_app(bed_.admin, app_, false));
}

using Processes = PlatformOfOne;

TEST_F(Processes, AreReportedWithTheirStates) {
  EXPECT_THAT(*platform().processes(bed_.admin, app_), IsEmpty());
  push_one();
  auto processes = platform().processes(bed_.admin, app_);
  ASSERT_THAT(*processes, SizeIs(1));
  EXPECT_EQ(processes->front().state, "up");
  EXPECT_EQ(processes->front().command, "python app.py");
  bed_.engine.lose_containers();
  processes = platform().processes(bed_.admin, app_);
  EXPECT_EQ(processes->front().state, "exited (137)");
  ASSERT_TRUE(bed_.engine.remove_container(processes->front().container));
  EXPECT_EQ((*platform().processes(bed_.admin, app_)).front().state, "gone");
}

TEST_F(Processes, ThatEndBetweenTwoStartsHaveCrashed) {
  test::FakeBuild build;
  build.behaviour.exit_code = 1;
  bed_.engine.next_build(build);
  bed_.check = [](const auto&, const auto&) { return Result<void>(); };
  push_one();
  const auto container = (*platform().processes(bed_.admin, app_)).front().container;
  ASSERT_TRUE(bed_.engine.set_restart_policy(container, docker::RestartPolicy::UnlessStopped));
  ASSERT_TRUE(bed_.engine.start_container(container));
  EXPECT_EQ((*platform().processes(bed_.admin, app_)).front().state, "crashed");
  EXPECT_EQ((*platform().apps(bed_.admin)).front().status, AppStatus::Crashed);
}

TEST_F(Processes, RestartInNewContainersOfTheSameRelease) {
  const Oid commit = push_one();
  const auto outcome = platform().restart(bed_.admin, app_, std::nullopt, seen_.follow());
  EXPECT_EQ(outcome->release, ReleaseNumber(1));
  EXPECT_THAT(bed_.engine.builds(), SizeIs(1));
  EXPECT_EQ(bed_.ref(app_), commit);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Processes, CannotRestartBeforeTheFirstPush) {
  const auto outcome = platform().restart(bed_.admin, app_, std::nullopt, seen_.follow());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::Conflict);
}

using Builds = PlatformOfOne;

TEST_F(Builds, AreMadeAgainFromTheLiveCommit) {
  const Oid commit = push_one();
  const auto outcome = platform().rebuild(bed_.admin, app_, true, seen_.follow());
  EXPECT_EQ(outcome->release, ReleaseNumber(2));
  ASSERT_THAT(bed_.engine.builds(), SizeIs(2));
  EXPECT_FALSE(bed_.engine.builds().back().use_cache);
  EXPECT_EQ(bed_.ref(app_), commit);
}

TEST_F(Builds, AreListedWithoutRestarts) {
  push_one();
  ASSERT_TRUE(platform().restart(bed_.admin, app_, std::nullopt, seen_.follow()));
  ASSERT_TRUE(platform().rebuild(bed_.admin, app_, false, seen_.follow()));
  const auto builds = platform().builds(bed_.admin, app_, BuildsScope::Builds, 10);
  ASSERT_THAT(*builds, SizeIs(2));
  EXPECT_EQ(builds->front().kind, state::DeployKind::Rebuild);
  EXPECT_THAT(*platform().builds(bed_.admin, app_, BuildsScope::Builds, 1), SizeIs(1));
}

TEST_F(Builds, AreListedWithAllDeploysOnRequest) {
  push_one();
  ASSERT_TRUE(set(vars({{"A", "1"}})));
  const auto all = platform().builds(bed_.admin, app_, BuildsScope::AllDeploys, 10);
  ASSERT_THAT(*all, SizeIs(2));
  EXPECT_EQ(all->front().kind, state::DeployKind::ConfigChange);
  EXPECT_TRUE(platform().build_output(bed_.admin, app_, all->front().id, seen_.follow()));
  EXPECT_THAT(seen_.text(), HasSubstr("is live at"));
}

TEST_F(Builds, OfAnotherAppAreNotShown) {
  push_one();
  const AppName shop = bed_.make_app("shop");
  const auto shown = platform().build_output(bed_.admin, shop, 1, seen_.follow());
  ASSERT_FALSE(shown);
  EXPECT_EQ(shown.error().code, ErrorCode::NotFound);
  EXPECT_THAT(seen_.lines(), IsEmpty());
}

}  // namespace
}  // namespace minpaas::hooks
