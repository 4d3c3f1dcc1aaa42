#include "tests/support/fake_platform.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace minpaas::test {
namespace {

using state::DeployStage;

const Oid kCommit = *Oid::parse("1a2b3c4d5e6f708192a3b4c5d6e7f80910111213");

class FakePlatformTest : public testing::Test {
 protected:
  hooks::Follow follow() {
    return {.line =
                [this](std::string_view line) {
                  lines.emplace_back(line);
                  return !leaves;
                },
            .tick = [] {},
            .gone = {}};
  }

  FakeClock clock;
  FakePlatform platform{clock};
  Actor ada{.user_id = 1, .name = "ada", .role = Role::Admin, .key_fingerprint = "", .from = ""};
  AppName blog = *AppName::parse("blog");
  ConfigVars debug = {{*ConfigKey::parse("DEBUG"), Secret("1")}};
  std::vector<std::string> lines;
  bool leaves = false;
};

TEST_F(FakePlatformTest, MakesAReleaseOfEachDeploy) {
  ASSERT_TRUE(platform.create_app(ada, blog));
  const hooks::PushRequest request{
      .app = blog, .commit = kCommit, .ref = "refs/heads/main", .old_oid = {}, .note = ""};
  const auto outcome = platform.push(ada, request, follow());
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->release, ReleaseNumber(1));
  EXPECT_EQ(lines, platform.script.lines);
  ASSERT_TRUE(platform.change_config(ada, blog, debug, {}, follow()));
  const auto releases = *platform.releases(ada, blog, 10);
  ASSERT_EQ(releases.size(), 2U);
  EXPECT_EQ(releases[0].state, ReleaseState::Live);
  EXPECT_EQ(releases[0].commit, kCommit);
  EXPECT_EQ(releases[1].state, ReleaseState::Superseded);
  EXPECT_EQ(platform.builds(ada, blog, hooks::BuildsScope::Builds, 10)->size(), 1U)
      << "a change of config builds nothing";
  EXPECT_EQ(platform.builds(ada, blog, hooks::BuildsScope::AllDeploys, 10)->size(), 2U);
}

TEST_F(FakePlatformTest, KeepsTheOldReleaseAndConfigWhenADeployFails) {
  platform.deploy("blog", kCommit);
  platform.script.stage = DeployStage::Failed;
  const auto outcome = platform.change_config(ada, blog, debug, {}, follow());
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->stage, DeployStage::Failed);
  EXPECT_EQ(outcome->release, std::nullopt);
  EXPECT_TRUE(platform.config(ada, blog)->empty());
  EXPECT_EQ(platform.app(ada, blog)->summary.release, ReleaseNumber(1));
}

TEST_F(FakePlatformTest, GoesOnWithoutAFollowerWhoLeft) {
  platform.deploy("blog", kCommit);
  leaves = true;
  const auto outcome = platform.change_config(ada, blog, debug, {}, follow());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::Disconnected);
  EXPECT_EQ(lines.size(), 1U);
  EXPECT_EQ(*platform.config(ada, blog), debug);
}

TEST_F(FakePlatformTest, DeploysNothingWhenTheConfigIsTheSame) {
  platform.deploy("blog", kCommit);
  ASSERT_TRUE(platform.change_config(ada, blog, debug, {}, follow()));
  const auto again = platform.change_config(ada, blog, debug, {}, follow());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->stage, DeployStage::Succeeded);
  EXPECT_EQ(again->deploy, 0);
}

TEST_F(FakePlatformTest, FailsEverythingDuringAnOutage) {
  platform.deploy("blog", kCommit);
  platform.outage = Error{ErrorCode::Unavailable, "no database", "", ""};
  EXPECT_EQ(platform.apps(ada).error().code, ErrorCode::Unavailable);
  EXPECT_EQ(platform.app(ada, blog).error().code, ErrorCode::Unavailable);
  EXPECT_EQ(platform.people().keys(ada).error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace minpaas::test
