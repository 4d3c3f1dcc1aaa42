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
using testing::Not;

constexpr const char* kProcfile = "web: python app.py\nworker: python work.py\n";

constexpr const char* kReleaseProcfile = "web: python app.py\nrelease: release-it\n";
constexpr const char* kScripts = R"({"scripts": {"postdeploy": "seed",
  "dokku": {"predeploy": "first-migrate", "postdeploy": "tell"}}})";
constexpr const char* kEnv = R"({"env": {"LEVEL": "info", "SECRET_KEY": {"generator": "secret"},
  "MAYBE": {"required": false}}})";

class Manifests : public testing::Test {
 protected:
  Manifests() { bed_.start_queue(); }

  Oid commit(const std::string& app_json, const std::string& procfile = kProcfile) {
    return bed_.commit_files(app_, {{"app.py", app_json},
                                    {"requirements.txt", ""},
                                    {"Procfile", procfile},
                                    {"app.json", app_json}});
  }

  DeployOutcome push_with(const std::string& procfile, const std::string& app_json) {
    const auto outcome = bed_.push(app_, commit(app_json, procfile), seen_);
    EXPECT_TRUE(outcome) << outcome.error().for_log();
    return outcome.value();
  }

  /// Commands of the next build that end by themselves, or hang without a status.
  void ends(const std::vector<std::pair<std::string, std::optional<int>>>& commands) {
    test::FakeBuild build;
    for (const auto& [command, status] : commands) {
      build.by_command.push_back({command, {.exit_code = status, .log = {"said by " + command}}});
    }
    bed_.engine.next_build(build);
  }

  std::map<std::string, std::string> config_now() {
    std::map<std::string, std::string> config;
    const auto latest = bed_.server().configs.latest(app_);
    for (const auto& [key, value] : latest->second) {
      config.emplace(key.str(), value.reveal());
    }
    return config;
  }

  DeployOutcome push(const std::string& app_json) { return push_with(kProcfile, app_json); }

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

TEST_F(Manifests, RunPredeployBeforeTheReleaseCommandAndPostdeployBeforeItIsLive) {
  ends({{"first-migrate", 0}, {"release-it", 0}, {"seed", 0}, {"tell", 0}});
  std::vector<std::string> points;
  bed_.at_point = [&](std::string_view point) { points.emplace_back(point); };
  const auto outcome = push_with(kReleaseProcfile, kScripts);
  EXPECT_EQ(outcome.stage, DeployStage::Succeeded);
  std::erase_if(points, [](const std::string& point) {
    return point != "predeploy" && point != "release" && point != "live" && point != "postdeploy";
  });
  EXPECT_THAT(points, ElementsAre("predeploy", "release", "postdeploy", "postdeploy", "live"));
  EXPECT_THAT(seen_.text(), HasSubstr("-----> Running the predeploy script: first-migrate"));
  EXPECT_THAT(seen_.text(), HasSubstr("       said by first-migrate"));
  EXPECT_THAT(bed_.containers(app_), ElementsAre("v1 web.1"));
}

TEST_F(Manifests, RunHerokusPostdeployOnceAndDokkusEachTime) {
  ends({{"first-migrate", 0}, {"release-it", 0}, {"seed", 0}, {"tell", 0}});
  push_with(kReleaseProcfile, kScripts);
  ends({{"first-migrate", 0}, {"release-it", 0}, {"seed", 0}, {"tell", 0}});
  Watcher second;
  ASSERT_TRUE(bed_.push(app_, commit(kScripts, kReleaseProcfile), second));
  EXPECT_THAT(second.text(), Not(HasSubstr("seed")));
  EXPECT_THAT(second.text(), HasSubstr("said by tell"));
}

TEST_F(Manifests, FailWithTheirPredeployScript) {
  push(R"({})");
  ends({{"first-migrate", 1}, {"release-it", 0}});
  const auto outcome = push_with(kReleaseProcfile, kScripts);
  EXPECT_EQ(outcome.reason, "the predeploy script exited with status 1");
  EXPECT_THAT(seen_.text(), Not(HasSubstr("release-it")));
  EXPECT_THAT(seen_.text(), HasSubstr("-o skip-release"));
  EXPECT_THAT(bed_.serving(app_), ElementsAre("v1"));
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Manifests, FailWhenAScriptTakesTooLong) {
  bed_.settings.build.release_timeout = seconds(1);
  push(R"({})");
  ends({{"first-migrate", std::nullopt}});
  const auto outcome = push_with(kReleaseProcfile, kScripts);
  EXPECT_EQ(outcome.reason, "the predeploy script took longer than 1.0 s");
  EXPECT_THAT(bed_.serving(app_), ElementsAre("v1"));
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Manifests, FailWithTheirPostdeployScript) {
  push(R"({})");
  ends({{"first-migrate", 0}, {"release-it", 0}, {"tell", 2}});
  const auto outcome = push_with(kReleaseProcfile, kScripts);
  EXPECT_EQ(outcome.stage, DeployStage::Failed);
  EXPECT_EQ(outcome.reason, "the postdeploy script exited with status 2");
  EXPECT_THAT(seen_.text(), HasSubstr("Healthy"));
  EXPECT_THAT(bed_.serving(app_), ElementsAre("v1"));
  EXPECT_THAT(bed_.containers(app_), ElementsAre("v1 web.1"));
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Manifests, FailWithTheScriptOfTheFirstDeployAndRunItAgainWithTheNext) {
  ends({{"first-migrate", 0}, {"release-it", 0}, {"seed", 1}});
  EXPECT_EQ(push_with(kReleaseProcfile, kScripts).reason,
            "the postdeploy script of the first deploy exited with status 1");
  EXPECT_THAT(bed_.serving(app_), IsEmpty());
  ends({{"first-migrate", 0}, {"release-it", 0}, {"seed", 0}, {"tell", 0}});
  EXPECT_EQ(push_with(kReleaseProcfile, kScripts).stage, DeployStage::Succeeded);
}

TEST_F(Manifests, SetTheConfigTheyGiveAValueWithTheFirstRelease) {
  const auto outcome = push(kEnv);
  EXPECT_EQ(outcome.stage, DeployStage::Succeeded);
  const auto config = config_now();
  EXPECT_EQ(config.at("LEVEL"), "info");
  EXPECT_EQ(config.at("SECRET_KEY").size(), 64U);
  EXPECT_FALSE(config.contains("MAYBE"));
  EXPECT_EQ(live().config_version, 1);
  EXPECT_THAT(seen_.text(),
              HasSubstr("Config vars set from app.json: LEVEL, SECRET_KEY (generated)"));
  EXPECT_THAT(seen_.text(), Not(HasSubstr(config.at("SECRET_KEY"))));
  push(kEnv);
  EXPECT_EQ(config_now(), config) << "a second push changes nothing";
}

TEST_F(Manifests, TakeTheirConfigBackWhenTheDeployFails) {
  bed_.check = [](const auto&, const auto&) {
    return Error{ErrorCode::Failed, "web.1 is not well", "", ""};
  };
  const auto outcome = push(kEnv);
  EXPECT_EQ(outcome.stage, DeployStage::Failed);
  EXPECT_TRUE(config_now().empty());
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(Manifests, AreRefusedBeforeTheBuildWhenRequiredConfigIsNotSet) {
  const auto outcome = push(R"({"env": {"STRIPE": {"description": "key"}, "MAIL": {}}})");
  EXPECT_EQ(outcome.reason, "app.json wants config that is not set: MAIL and STRIPE");
  EXPECT_THAT(seen_.text(), HasSubstr("config:set blog MAIL=... STRIPE=..."));
  EXPECT_THAT(bed_.engine.builds(), IsEmpty());
}

TEST_F(Manifests, AreInThePlanOfAPush) {
  push(R"({"formation": {"worker": {"quantity": 1}}})");
  auto request = bed_.push_of(app_, commit(R"({"env": {"LEVEL": "secret-value"},
    "scripts": {"predeploy": "first-migrate"}, "cron": [{"schedule": "@daily", "command": "tidy"}],
    "healthchecks": {"web": [{"path": "/up"}, {"type": "liveness", "listening": true}]}})",
                                           kReleaseProcfile));
  request.plan_only = true;
  Watcher plan;
  ASSERT_TRUE(bed_.platform().push(bed_.admin, request, plan.follow()));
  for (const char* line :
       {"Dependencies are as in v1: their layers come from the cache", "  web x1: python app.py",
        "Checks of web: path /up below 400 (app.json); while live: listening (app.json)",
        "Config vars set from app.json: LEVEL", "Predeploy script: first-migrate",
        "Release command: release-it", "Cron: @daily: tidy", "Replace v1 at"}) {
    EXPECT_THAT(plan.text(), HasSubstr(std::string("       ") + line));
  }
  EXPECT_THAT(plan.text(), Not(HasSubstr("secret-value")));
  EXPECT_TRUE(config_now().empty());
  EXPECT_EQ(live().number, ReleaseNumber(1));
}

TEST_F(Manifests, AreInPlansAndInTheLogOfTheServerWithoutValuesOfTheConfig) {
  push("{}");
  ASSERT_TRUE(
      bed_.platform().change_config(bed_.admin, app_,
                                    {{*ConfigKey::parse("COMMAND"), Secret("release-it")},
                                     {*ConfigKey::parse("PLACE"), Secret("formation.worker")}},
                                    {}, seen_.follow()));
  auto request = bed_.push_of(app_, commit("{}", kReleaseProcfile));
  request.plan_only = true;
  Watcher plan;
  ASSERT_TRUE(bed_.platform().push(bed_.admin, request, plan.follow()));
  EXPECT_THAT(plan.text(), HasSubstr("Release command: [COMMAND]"));
  testing::internal::CaptureStderr();
  const auto outcome = push(R"({"formation": {"worker": {"quantity": "2"}}})");
  EXPECT_EQ(outcome.stage, DeployStage::Failed);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("app.json: [PLACE].quantity must be"));
  EXPECT_THAT(log, Not(HasSubstr("formation.worker")));
}

TEST_F(Manifests, ChosenAndUsualChecksAreInThePlanOfAPush) {
  push("{}");
  constexpr std::array kPath{std::string_view("path=/well")};
  ASSERT_TRUE(bed_.platform().checks().set(bed_.admin, app_, ProcessType::web(),
                                           *CheckChange::parse(kPath)));
  auto request = bed_.push_of(app_, commit("{}"));
  request.plan_only = true;
  Watcher plan;
  ASSERT_TRUE(bed_.platform().push(bed_.admin, request, plan.follow()));
  EXPECT_THAT(plan.text(),
              HasSubstr("Checks of web: path /well below 400 (checks:set); while live: "
                        "path /well below 400 (checks:set)\n"));
  EXPECT_THAT(plan.text(), HasSubstr("Checks of worker: uptime 3 s (default)\n"));
}

TEST_F(Manifests, ChangedDependenciesAreInThePlanOfAPush) {
  push("{}");
  auto request =
      bed_.push_of(app_, bed_.commit_files(app_, {{"app.py", "x"}, {"requirements.txt", "flask"}}));
  request.plan_only = true;
  Watcher plan;
  ASSERT_TRUE(bed_.platform().push(bed_.admin, request, plan.follow()));
  EXPECT_THAT(plan.text(),
              HasSubstr("Dependencies are installed anew: requirements.txt changed since v1"));
}

TEST_F(Manifests, WarnOfProcessTypesThatAreNotThere) {
  push(R"({"formation": {"wroker": {"quantity": 2}}})");
  EXPECT_THAT(seen_.text(),
              HasSubstr(" !     app.json: formation.wroker is for no process of this app"));
}

TEST_F(Manifests, NameAHookThatIsNone) {
  const auto outcome = push(
      R"({"healthchecks": {"web": [{"uptime": 1, "onFailure": {"url": "file:///etc/passwd"}}]}})");
  EXPECT_EQ(outcome.reason,
            "app.json: healthchecks.web[0].onFailure: url must be an http or https URL without a "
            "user");
}

}  // namespace
}  // namespace minpaas::hooks
