#include "hooks/service/build_secrets.h"

#include <gmock/gmock.h>

#include "tests/support/deploy_bed.h"

namespace minpaas::hooks {
namespace {

using state::DeployStage;
using test::DeployBed;
using test::Watcher;
using testing::HasSubstr;
using testing::Not;

const ConfigKey kToken = *ConfigKey::parse("NPM_TOKEN");

class SecretBuilds : public testing::Test {
 protected:
  SecretBuilds() { bed_.start_queue(); }

  void set(std::string value) {
    ASSERT_TRUE(bed_.platform().build_secrets().set(bed_.admin, app_,
                                                    {{kToken, Secret(std::move(value))}}));
  }

  DeployBed bed_;
  AppName app_ = bed_.make_app("blog");
};

TEST_F(SecretBuilds, AreGivenWhatIsSetAndItsAppsAreNot) {
  set("hunter2hunter2");
  ASSERT_EQ(bed_.push(app_, bed_.commit(app_, "one"))->stage, DeployStage::Succeeded);
  const auto request = bed_.engine.builds().back();
  EXPECT_EQ(request.secrets.at("NPM_TOKEN").reveal(), "hunter2hunter2");
  EXPECT_FALSE(request.build_args.contains("NPM_TOKEN"));
  EXPECT_NE(request.step_scope, "");
  ASSERT_TRUE(bed_.wait_idle(app_));
  const auto containers = bed_.engine.containers();
  ASSERT_EQ(containers.size(), 1U);
  EXPECT_FALSE(bed_.engine.spec(containers.front().name)->env.contains("NPM_TOKEN"));

  ASSERT_TRUE(bed_.platform().build_secrets().unset(bed_.admin, app_, {kToken}));
  ASSERT_EQ(bed_.push(app_, bed_.commit(app_, "two"))->stage, DeployStage::Succeeded);
  EXPECT_TRUE(bed_.engine.builds().back().secrets.empty());
  EXPECT_EQ(bed_.engine.builds().back().step_scope, "");
  EXPECT_EQ(bed_.engine.builds().back().cache_scope, request.cache_scope);
}

TEST_F(SecretBuilds, ArePrintedWithoutTheirSecrets) {
  set("hunter2hunter2");
  bed_.engine.next_build_fails("npm ci with hunter2hunter2 exited with status 1");
  Watcher watcher;
  const auto outcome = bed_.push(app_, bed_.commit(app_, "one"), watcher);
  EXPECT_EQ(outcome->stage, DeployStage::Failed);
  EXPECT_THAT(outcome->reason, HasSubstr("[NPM_TOKEN]"));
  EXPECT_THAT(outcome->reason, Not(HasSubstr("hunter2")));
  EXPECT_THAT(watcher.text(), HasSubstr("Build secrets: NPM_TOKEN"));
  EXPECT_THAT(watcher.text(), Not(HasSubstr("hunter2")));
}

TEST_F(SecretBuilds, AreRefusedWithABuilderThatWouldKeepThem) {
  bed_.settings.build.builder = config::BuilderChoice::Classic;
  bed_.restart();
  bed_.start_queue();
  set("hunter2hunter2");
  const auto outcome = bed_.push(app_, bed_.commit(app_, "one"));
  EXPECT_EQ(outcome->stage, DeployStage::Failed);
  EXPECT_THAT(outcome->reason, HasSubstr("build secrets"));
  EXPECT_TRUE(bed_.engine.builds().empty());
}

TEST_F(SecretBuilds, AreHiddenBesideAConfigVarOfTheSameName) {
  set("hunter2hunter2");
  ASSERT_TRUE(bed_.platform().change_config(
      bed_.admin, app_, {{*ConfigKey::parse("NPM_TOKEN"), Secret("another token")}}, {},
      Watcher().follow()));
  const auto mask = bed_.platform().secret_mask(bed_.admin, app_);
  ASSERT_TRUE(mask);
  EXPECT_EQ((*mask)->apply("hunter2hunter2 and another token"), "[NPM_TOKEN] and [NPM_TOKEN]");
}

TEST_F(SecretBuilds, AndConfigAreHiddenInWhatIsSaidOfTheApp) {
  set("hunter2hunter2");
  ASSERT_TRUE(bed_.platform().change_config(bed_.admin, app_,
                                            {{*ConfigKey::parse("KEY"), Secret("a long value")},
                                             {*ConfigKey::parse("NAME"), Secret("blog-of-ours")}},
                                            {}, Watcher().follow()));
  const auto mask = bed_.platform().secret_mask(bed_.admin, app_);
  ASSERT_TRUE(mask);
  EXPECT_EQ((*mask)->apply("hunter2hunter2 and a long value of blog"),
            "[NPM_TOKEN] and [KEY] of blog");
  const AppName nobody = *AppName::parse("nobody");
  const auto of_nobody = bed_.platform().secret_mask(bed_.admin, nobody).value();
  EXPECT_EQ(of_nobody->apply("a long value"), "a long value");
  Actor stranger = bed_.admin;
  stranger.user_id = 4711;
  stranger.role = Role::Member;
  // Who may not see the app learns nothing of its values by what is hidden.
  const auto for_stranger = bed_.platform().secret_mask(stranger, app_).value();
  EXPECT_EQ(for_stranger->apply("a long value"), "a long value");
}

}  // namespace
}  // namespace minpaas::hooks
