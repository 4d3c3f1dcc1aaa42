#include "sshd/git/deploy_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace minpaas::sshd::git {
namespace {

TEST(DeployOptions, AreOffUnlessGiven) {
  const auto options = parse_deploy_options({}).value();
  EXPECT_FALSE(options.plan_only || options.no_cache || options.skip_release);
  EXPECT_EQ(options.note, "");
}

TEST(DeployOptions, AreKnownByName) {
  const auto options =
      parse_deploy_options({"plan", "no-cache", "skip-release", "note=fix = it"}).value();
  EXPECT_TRUE(options.plan_only && options.no_cache && options.skip_release);
  EXPECT_EQ(options.note, "fix = it");
}

TEST(DeployOptions, AreRefusedByNameWhenUnknown) {
  for (const auto* option :
       {"", "Plan", "plan=1", "nocache", "note", "note=", "ci.skip", "a\x1b[2J"}) {
    const auto options = parse_deploy_options({"plan", option});
    ASSERT_FALSE(options) << option;
    EXPECT_THAT(options.error().message, testing::HasSubstr("unknown push option '")) << option;
    EXPECT_THAT(options.error().hint, testing::HasSubstr("-o no-cache"));
    EXPECT_EQ(options.error().message.find('\x1b'), std::string::npos);
  }
}

}  // namespace
}  // namespace minpaas::sshd::git
