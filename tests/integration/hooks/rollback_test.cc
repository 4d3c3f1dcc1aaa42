#include <gmock/gmock.h>

#include "hooks/supervision/garbage.h"
#include "tests/support/deploy_bed.h"

namespace minpaas::hooks {
namespace {

using state::DeployStage;
using test::DeployBed;
using test::Watcher;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// An app with two pushed releases: v1 says "one", v2 says "two".
class Rollback : public testing::Test {
 protected:
  Rollback() { bed_.start_queue(); }

  void SetUp() override {
    first_ = push("one");
    second_ = push("two", first_);
  }

  LocalPlatform& platform() { return bed_.platform(); }

  Oid push(const std::string& content, const Oid& parent = Oid()) {
    const Oid commit = bed_.commit(app_, content, parent);
    EXPECT_EQ(bed_.push(app_, commit)->stage, DeployStage::Succeeded);
    return commit;
  }

  Result<DeployOutcome> roll_back(std::optional<int> number = std::nullopt) {
    return platform().rollback(bed_.admin, app_,
                               number ? std::optional(ReleaseNumber(*number)) : std::nullopt,
                               seen_.follow());
  }

  void set(const std::string& key, const std::string& value) {
    ASSERT_EQ(platform()
                  .change_config(bed_.admin, app_, {{*ConfigKey::parse(key), Secret(value)}}, {},
                                 seen_.follow())
                  ->stage,
              DeployStage::Succeeded);
  }

  Release release(int number) {
    return platform().release(bed_.admin, app_, ReleaseNumber(number))->release;
  }

  /// What the running web container has.
  docker::ContainerSpec running() {
    for (const auto& container : bed_.engine.containers()) {
      if (container.state == docker::RunState::Running) {
        return *bed_.engine.spec(container.name);
      }
    }
    return {};
  }

  DeployBed bed_;
  AppName app_ = bed_.make_app("blog");
  Oid first_;
  Oid second_;
  Watcher seen_;
};

TEST_F(Rollback, MakesANewReleaseOfTheOldImageWithoutABuild) {
  const auto outcome = roll_back(1);
  ASSERT_TRUE(outcome) << outcome.error().for_log();
  EXPECT_EQ(outcome->release, ReleaseNumber(3));
  EXPECT_THAT(bed_.engine.builds(), SizeIs(2));
  EXPECT_EQ(release(3).image, release(1).image);
  EXPECT_EQ(release(3).commit, first_);
  EXPECT_EQ(release(3).description, "Rollback to v1");
  EXPECT_EQ(release(3).actor, "ada");
  EXPECT_EQ(running().image, release(1).image);
  EXPECT_EQ(release(1).state, ReleaseState::Superseded);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Rollback, MovesTheRefSoThatThePushOfTheLeftCommitDeploysAgain) {
  ASSERT_TRUE(roll_back(1));
  EXPECT_EQ(bed_.ref(app_), first_);
  EXPECT_EQ(bed_.push(app_, second_)->release, ReleaseNumber(4));
  EXPECT_EQ(bed_.ref(app_), second_);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Rollback, TakesTheLastReleaseThatWasLiveByItself) {
  const auto broken = [](const auto&, const auto&) {
    return Result<void>(Error{ErrorCode::Failed, "web.1 exited with status 1", "", ""});
  };
  bed_.check = broken;
  ASSERT_EQ(bed_.push(app_, bed_.commit(app_, "three", second_))->stage, DeployStage::Failed);
  bed_.check = {};
  push("four", second_);
  EXPECT_EQ(roll_back()->stage, DeployStage::Succeeded);
  EXPECT_EQ(release(5).description, "Rollback to v2");
}

TEST_F(Rollback, BringsTheConfigOfThatTimeBack) {
  set("GREETING", "hello");
  set("GREETING", "goodbye");
  EXPECT_EQ(running().env.at("GREETING"), "goodbye");
  ASSERT_EQ(roll_back()->stage, DeployStage::Succeeded);
  EXPECT_EQ(running().env.at("GREETING"), "hello");
  EXPECT_EQ(platform().config(bed_.admin, app_)->at(*ConfigKey::parse("GREETING")),
            Secret("hello"));
  ASSERT_EQ(roll_back(1)->stage, DeployStage::Succeeded);
  EXPECT_FALSE(running().env.contains("GREETING"));
  EXPECT_THAT(*platform().config(bed_.admin, app_), IsEmpty());
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Rollback, LeavesEverythingAsItWasWhenItFails) {
  set("GREETING", "hello");
  bed_.check = [](const auto&, const auto&) {
    return Result<void>(Error{ErrorCode::Failed, "web.1 exited with status 1", "", ""});
  };
  const auto outcome = roll_back(1);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->stage, DeployStage::Failed);
  EXPECT_EQ(outcome->reason, "web.1 exited with status 1");
  EXPECT_EQ(running().env.at("GREETING"), "hello");
  EXPECT_EQ(bed_.ref(app_), second_);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Rollback, DoesNotRunTheReleaseCommand) {
  for (const char* content : {"three", "four"}) {
    auto request = bed_.push_of(
        app_, bed_.commit_files(app_, {{"app.py", content},
                                       {"requirements.txt", ""},
                                       {"Procfile", "web: python app.py\nrelease: ./migrate\n"}}));
    request.skip_release = true;
    ASSERT_EQ(platform().push(bed_.admin, request, seen_.follow())->stage, DeployStage::Succeeded);
  }
  EXPECT_TRUE(release(3).processes.contains(*ProcessType::parse("release")));
  Watcher seen;
  const auto outcome = platform().rollback(bed_.admin, app_, std::nullopt, seen.follow());
  EXPECT_EQ(outcome->stage, DeployStage::Succeeded);
  EXPECT_THAT(seen.text(), Not(HasSubstr("release command")));
}

TEST_F(Rollback, RefusesWhatItCannotGoBackTo) {
  const auto live = roll_back(2);
  ASSERT_FALSE(live);
  EXPECT_EQ(live.error().code, ErrorCode::Conflict);
  EXPECT_EQ(live.error().message, "v2 of blog is live already");
  EXPECT_EQ(roll_back(9).error().code, ErrorCode::NotFound);
  const AppName fresh = bed_.make_app("fresh");
  const auto none = platform().rollback(bed_.admin, fresh, std::nullopt, seen_.follow());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message, "fresh has no release to go back to");
}

TEST_F(Rollback, RefusesAReleaseThatWasNeverLive) {
  bed_.check = [](const auto&, const auto&) {
    return Result<void>(Error{ErrorCode::Failed, "web.1 exited with status 1", "", ""});
  };
  ASSERT_EQ(bed_.push(app_, bed_.commit(app_, "three", second_))->stage, DeployStage::Failed);
  const auto outcome = roll_back(3);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::Conflict);
  EXPECT_EQ(outcome.error().message, "v3 of blog was never live");
}

TEST_F(Rollback, SaysThatAnImageIsGone) {
  ASSERT_TRUE(bed_.engine.remove_image(release(1).image));
  const auto outcome = roll_back(1);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::NotFound);
  EXPECT_EQ(outcome.error().message,
            "the image of v1 is gone: those of the last 10 releases are kept");
  EXPECT_EQ(outcome.error().hint,
            "build its commit again: git push --force minpaas " + first_.short_hex() + ":main");
  EXPECT_EQ(platform().release(bed_.admin, app_, ReleaseNumber(1))->image, ImagePresence::Gone);
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Rollback, KeepsItsImageFromBeingCollectedMeanwhile) {
  config::BuildSettings settings;
  settings.keep_releases = 1;
  auto& server = bed_.server();
  Garbage garbage(bed_.engine, server.apps, server.releases, server.deploys, server.parts.instance,
                  settings);
  bed_.at_point = [&](std::string_view point) {
    if (point == "releasing") {
      EXPECT_TRUE(garbage.collect(app_));
    }
  };
  EXPECT_EQ(roll_back(1)->stage, DeployStage::Succeeded) << seen_.text();
  ASSERT_TRUE(bed_.wait_idle(app_));
  bed_.at_point = {};
  EXPECT_EQ(garbage.collect(app_)->images, 1);
}

TEST_F(Rollback, NeedsANumberWhileADeployIsUnderWay) {
  bed_.engine.hold_builds();
  Watcher pushing;
  std::jthread push([&] {
    EXPECT_EQ(bed_.push(app_, bed_.commit(app_, "three", second_), pushing)->stage,
              DeployStage::Succeeded);
  });
  ASSERT_TRUE(bed_.engine.wait_for_builds(1));
  const auto outcome = roll_back();
  EXPECT_EQ(outcome.error().code, ErrorCode::Busy);
  Watcher rolling;
  std::jthread rollback([&] {
    EXPECT_EQ(platform().rollback(bed_.admin, app_, ReleaseNumber(1), rolling.follow())->release,
              ReleaseNumber(4));
  });
  ASSERT_TRUE(rolling.wait_for("Waiting for deploy"));
  bed_.engine.release_builds();
  push.join();
  rollback.join();
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

using Releases = Rollback;

TEST_F(Releases, AreReportedWithTheNamesOfTheirConfig) {
  set("TOKEN", "s3cret");
  const auto report = platform().release(bed_.admin, app_, ReleaseNumber(3));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->release.description, "Set TOKEN");
  EXPECT_EQ(report->image, ImagePresence::Kept);
  EXPECT_THAT(report->config_keys, ElementsAre(*ConfigKey::parse("TOKEN")));
  EXPECT_THAT(platform().release(bed_.admin, app_, ReleaseNumber(2))->config_keys, IsEmpty());
  EXPECT_EQ(platform().release(bed_.admin, app_, ReleaseNumber(9)).error().code,
            ErrorCode::NotFound);
  bed_.engine.go_down();
  EXPECT_EQ(platform().release(bed_.admin, app_, ReleaseNumber(3))->image, ImagePresence::Unknown);
}

TEST_F(Releases, AreComparedByCommitsConfigAndImage) {
  set("KEPT", "1");
  set("CHANGED", "1");
  set("LOST", "1");
  push("three", second_);
  set("CHANGED", "2");
  ASSERT_TRUE(
      platform().change_config(bed_.admin, app_, {}, {*ConfigKey::parse("LOST")}, seen_.follow()));
  set("NEW", "1");
  const auto diff =
      platform().compare_releases(bed_.admin, app_, ReleaseNumber(5), ReleaseNumber(9));
  ASSERT_TRUE(diff) << diff.error().for_log();
  ASSERT_THAT(diff->new_commits, SizeIs(1));
  EXPECT_EQ(diff->new_commits.front().subject, "Say three");
  EXPECT_THAT(diff->lost_commits, IsEmpty());
  EXPECT_THAT(diff->added, ElementsAre(*ConfigKey::parse("NEW")));
  EXPECT_THAT(diff->changed, ElementsAre(*ConfigKey::parse("CHANGED")));
  EXPECT_THAT(diff->removed, ElementsAre(*ConfigKey::parse("LOST")));
  EXPECT_NE(diff->from.image, diff->to.image);
  const auto back =
      platform().compare_releases(bed_.admin, app_, ReleaseNumber(9), ReleaseNumber(5));
  EXPECT_THAT(back->new_commits, IsEmpty());
  EXPECT_THAT(back->lost_commits, SizeIs(1));
}

TEST_F(Releases, AreComparedEvenWhenTheirHistoryIsGone) {
  std::filesystem::remove_all(bed_.server().parts.repository(app_));
  const auto diff =
      platform().compare_releases(bed_.admin, app_, ReleaseNumber(1), ReleaseNumber(2));
  ASSERT_TRUE(diff);
  EXPECT_THAT(diff->new_commits, IsEmpty());
  EXPECT_EQ(diff->to.commit, second_);
}

}  // namespace
}  // namespace minpaas::hooks
