#include "hooks/platform/doctor.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>

#include "core/base/file.h"
#include "core/router/direct_router.h"
#include "tests/support/fake_engine.h"
#include "tests/support/releases.h"
#include "tests/support/state_file.h"

namespace minpaas::hooks {
namespace {

using test::FakeEngine;
using testing::HasSubstr;

/// A server in good health, which each test then harms.
class ServerExamination : public testing::Test {
 protected:
  ServerExamination() {
    settings_.server.data_dir = file_.folder();
    settings_.access.admin_keys = file_.folder() / "admin_keys";
    settings_.git.reserve_bytes = 1;
    settings_.build.reserve_bytes = 1;
    EXPECT_TRUE(create_file(settings_.access.admin_keys, std::string(kKey) + "\n", 0644));
    for (const char* runtime : {"python", "node", "static"}) {
      engine_.add_image(std::string("localhost/minpaas/") + runtime + "-base");
    }
  }

  DoctorFinding find(const std::string& what) {
    const auto findings = Doctor(parts_, keys_, tasks_).examine();
    const auto found = std::ranges::find(findings, what, &DoctorFinding::what);
    if (found == findings.end()) {
      ADD_FAILURE() << "no finding " << what;
      return {};
    }
    return *found;
  }

  CheckLevel worst() {
    const auto findings = Doctor(parts_, keys_, tasks_).examine();
    return std::ranges::max_element(findings, {}, &DoctorFinding::level)->level;
  }

  docker::ContainerId deploy() {
    const auto release =
        *file_.releases().add(test::make_release("blog", 1, engine_.add_image("blog")));
    EXPECT_TRUE(file_.releases().make_live(app_, release.number));
    const auto made = *start_processes(
        engine_, plan_processes(release, {}, 1, parts_.policy()), [&](const StartedProcess& one) {
          return file_.containers().add({.id = one.container.value,
                                         .app = app_,
                                         .release = release.number,
                                         .process = one.plan.process});
        });
    return made.at(0).container;
  }

  static constexpr std::string_view kKey =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ada";

  test::StateFile file_;
  AppName app_ = test::add_app(file_, "blog").name;
  state::SecretKey secret_ =
      *state::SecretKey::load_or_create(file_.folder() / "secret.key", false);
  state::AppStore apps_ = file_.apps();
  state::ConfigStore configs_{file_.database(), secret_};
  state::BuildSecretStore build_secrets_{file_.database(), secret_};
  state::ReleaseStore releases_ = file_.releases();
  state::DeployStore deploys_ = file_.deploys();
  state::ContainerStore containers_ = file_.containers();
  state::KeyStore key_store_{file_.database()};
  state::ResourceStore resources_{file_.database()};
  state::VolumeStore volumes_{file_.database()};
  state::CronStore cron_{file_.database()};
  AppJournal journal_{file_.folder() / "journal"};
  ContainerPolicies policies_{"this-server", settings_.containers, apps_, resources_, volumes_};
  state::CheckStore check_store_{file_.database()};
  CheckPlans check_plans_{check_store_, settings_.checks};
  FakeEngine engine_;
  router::DirectRouter router_{engine_, {}};
  runtimes::Catalog catalog_ = *runtimes::Catalog::load({runtimes::default_folder(), {}, false});
  config::Settings settings_;
  RealClock clock_;
  LifecycleLog lifecycle_{apps_, journal_, clock_};
  PipelineParts parts_{.apps = apps_,
                       .configs = configs_,
                       .build_secrets = build_secrets_,
                       .releases = releases_,
                       .deploys = deploys_,
                       .containers = containers_,
                       .resources = resources_,
                       .volumes = volumes_,
                       .cron = cron_,
                       .policies = policies_,
                       .lifecycle = lifecycle_,
                       .engine = engine_,
                       .router = router_,
                       .catalog = catalog_,
                       .check_plans = check_plans_,
                       .check = {},
                       .settings = settings_,
                       .clock = clock_,
                       .instance = "this-server",
                       .at_point = {}};
  KeyOwners keys_{key_store_, file_.folder() / "admin_keys", clock_};
  DoctorTasks tasks_{.crashed = {}, .libraries = {{"libgit2", "1.5.1"}}};
};

TEST_F(ServerExamination, WarnsWhereAppsReachOrReplaceEachOther) {
  EXPECT_EQ(find("network").level, CheckLevel::Ok);
  engine_.choose_addresses();
  EXPECT_EQ(find("network").level, CheckLevel::Warning);
  EXPECT_EQ(find("network").detail,
            "in minpaas, the address of an app that ends can go to another app");
  settings_.containers.network = config::kSharedNetwork;
  EXPECT_EQ(find("network").level, CheckLevel::Warning);
  EXPECT_EQ(find("network").detail, "apps are in the engine's own network and reach each other");
}

TEST_F(ServerExamination, WarnsWhereHaproxyIsWantedAndMissing) {
  EXPECT_EQ(find("router").level, CheckLevel::Warning);
  EXPECT_THAT(find("router").hint, HasSubstr("apt-get install haproxy"));
  settings_.router.kind = "direct";
  EXPECT_EQ(find("router").level, CheckLevel::Ok);
}

TEST_F(ServerExamination, OfAHealthyServerFindsNothing) {
  settings_.router.kind = "direct";
  // Whether BuildKit has limits is a matter of the host.
  settings_.build.builder = config::BuilderChoice::Classic;
  deploy();
  EXPECT_EQ(worst(), CheckLevel::Ok);
  EXPECT_THAT(find("Docker Engine").detail, HasSubstr("20.10.24 (API 1.41)"));
  EXPECT_EQ(find("app blog").detail, "v1, 1 running");
  EXPECT_EQ(find("libgit2").detail, "1.5.1");
}

TEST_F(ServerExamination, FindsAnEngineThatIsDown) {
  engine_.go_down();
  EXPECT_EQ(find("Docker Engine").level, CheckLevel::Problem);
}

TEST_F(ServerExamination, FindsADiskThatIsNearlyFull) {
  settings_.git.reserve_bytes = 1LL << 60;
  const auto finding = find("data disk");
  EXPECT_EQ(finding.level, CheckLevel::Problem);
  EXPECT_THAT(finding.detail, HasSubstr("less than the reserve"));
  settings_.build.reserve_bytes = *free_bytes("/") * 2 / 3;
  EXPECT_EQ(find("engine disk").level, CheckLevel::Warning);
}

TEST_F(ServerExamination, FindsAMissingBaseImage) {
  settings_.images.base["python"] = "localhost/other/python";
  const auto local = find("base image of python");
  EXPECT_EQ(local.level, CheckLevel::Warning);
  EXPECT_THAT(local.hint, HasSubstr("scripts/base-images python"));
  settings_.images.base["python"] = "python:3.12-slim";
  EXPECT_THAT(find("base image of python").detail, HasSubstr("pulled by the first build"));
}

TEST_F(ServerExamination, FindsThatNobodyCanLogIn) {
  std::filesystem::remove(settings_.access.admin_keys);
  EXPECT_EQ(find("keys").level, CheckLevel::Problem);
  EXPECT_EQ(find("admin keys").level, CheckLevel::Problem);
}

TEST_F(ServerExamination, FindsALineThatIsNoKey) {
  ASSERT_TRUE(
      write_file_atomically(settings_.access.admin_keys, std::string(kKey) + "\nnonsense\n", 0644));
  const auto finding = find("admin keys");
  EXPECT_EQ(finding.level, CheckLevel::Warning);
  EXPECT_THAT(finding.detail, HasSubstr("1 of its lines"));
}

TEST_F(ServerExamination, FindsASecretThatOthersMayRead) {
  const auto secret = file_.folder() / "secret.key";
  ASSERT_EQ(::chmod(secret.c_str(), 0644), 0);
  const auto finding = find("secret key");
  EXPECT_EQ(finding.level, CheckLevel::Problem);
  EXPECT_THAT(finding.detail, HasSubstr("mode 0644"));
  EXPECT_EQ(finding.hint, "chmod 600 " + secret.string());
}

TEST_F(ServerExamination, FindsASecretThatIsMissing) {
  std::filesystem::remove(file_.folder() / "secret.key");
  EXPECT_EQ(find("secret key").level, CheckLevel::Problem);
}

TEST_F(ServerExamination, FindsAHostKeyThatOthersMayRead) {
  ASSERT_TRUE(make_folder(file_.folder() / "ssh", 0700));
  ASSERT_TRUE(create_file(file_.folder() / "ssh/host_ed25519", "x", 0644));
  EXPECT_EQ(find("host key host_ed25519").level, CheckLevel::Problem);
}

TEST_F(ServerExamination, FindsAnAppThatDoesNotRun) {
  const auto container = deploy();
  engine_.end_container(container, 1);
  const auto finding = find("app blog");
  EXPECT_EQ(finding.level, CheckLevel::Problem);
  EXPECT_EQ(finding.detail, "web.1 does not run");
  EXPECT_THAT(finding.hint, HasSubstr("logs blog"));
}

TEST_F(ServerExamination, FindsAnAppWhoseContainersAreGone) {
  ASSERT_TRUE(containers_.remove(deploy().value));
  const auto finding = find("app blog");
  EXPECT_EQ(finding.level, CheckLevel::Problem);
  EXPECT_EQ(finding.detail, "0 of 1 web processes run");
}

TEST_F(ServerExamination, FindsAnAppThatCrashes) {
  deploy();
  tasks_.crashed = [](const docker::ContainerId&) { return true; };
  EXPECT_THAT(find("app blog").detail, HasSubstr("crashed again and again"));
}

TEST_F(ServerExamination, LeavesAStoppedAppAndANewOneAlone) {
  EXPECT_EQ(find("app blog").detail, "not deployed yet");
  engine_.end_container(deploy(), 0);
  ASSERT_TRUE(apps_.set_stopped(app_, true));
  EXPECT_EQ(find("app blog").level, CheckLevel::Ok);
}

}  // namespace
}  // namespace minpaas::hooks
