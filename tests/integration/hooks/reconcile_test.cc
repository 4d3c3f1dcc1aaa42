#include "hooks/supervision/reconcile.h"

#include <gmock/gmock.h>

#include "core/router/direct_router.h"
#include "tests/support/fake_engine.h"
#include "tests/support/loopback_server.h"
#include "tests/support/releases.h"
#include "tests/support/state_file.h"

namespace minpaas::hooks {
namespace {

using docker::RunState;
using test::EngineCall;
using test::FakeEngine;
using test::LoopbackServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A server that was stopped: rows in a real database, containers in a fake engine, and web
/// processes that really listen while their container runs.
class Reconciliation : public testing::Test {
 protected:
  Reconciliation() {
    engine_.when_running([this](const auto& details, const docker::ContainerSpec& spec) {
      if (answering_ && spec.internal_port != 0) {
        servers_[details.id] =
            std::make_unique<LoopbackServer>(LoopbackServer::http(200), details.address, kPort);
      }
    });
    engine_.when_ended([this](const auto& details) { servers_.erase(details.id); });
  }

  static constexpr int kPort = 8000;

  test::StateFile file_;
  state::SecretKey key_ = *state::SecretKey::load_or_create(file_.folder() / "secret.key", false);
  state::AppStore apps_ = file_.apps();
  state::ReleaseStore releases_ = file_.releases();
  state::ContainerStore containers_ = file_.containers();
  state::DeployStore deploys_ = file_.deploys();
  state::ConfigStore configs_{file_.database(), key_};
  ReconcileStores stores_{apps_, releases_, configs_, containers_, deploys_};

  bool answering_ = true;
  std::map<docker::ContainerId, std::unique_ptr<LoopbackServer>> servers_;
  FakeEngine engine_;
  ImageId image_ = engine_.add_image("blog");
  ContainerPolicy policy_{"this-server", {}};
  router::DirectRouter router_{engine_, {.port_patience = milliseconds(0)}};
  config::CheckSettings check_settings_{.timeout = seconds(30), .interval = milliseconds(10)};
  Checker checker_{engine_, check_settings_};
  Reconciler reconciler_{engine_, stores_, router_, checker_, policy_};
  state::AppRow app_ = test::add_app(file_, "blog");

  /// A live release with a running web container, as a deploy leaves it.
  Release deploy(const ConfigVars& config = {}) {
    auto release = test::make_release("blog", 1, image_);
    release.config_version = *configs_.change(app_.name, config, {}, test::at_second(1));
    release = *releases_.add(release);
    auto plans = plan_processes(release, config, 1, policy_);
    plans[0].spec.host_port = app_.port;
    plans[0].spec.labels["minpaas.port"] = std::to_string(app_.port);
    const auto made = start_processes(engine_, plans, [&](const StartedProcess& process) {
      return containers_.add({.id = process.container.value,
                              .app = release.app,
                              .release = release.number,
                              .process = process.plan.process,
                              .index = process.plan.index});
    });
    EXPECT_TRUE(made);
    EXPECT_TRUE(releases_.make_live(app_.name, release.number));
    engine_.clear_journal();
    return *releases_.get(app_.name, release.number);
  }

  ReconcileReport run(const ReconcileView& view = {}) {
    const auto report = reconciler_.run(view, {});
    EXPECT_TRUE(report) << report.error().for_log();
    return report ? *report : ReconcileReport{};
  }
};

TEST_F(Reconciliation, ChangesNothingWhereAllIsWell) {
  deploy();
  const auto report = run();
  EXPECT_TRUE(report.settled());
  EXPECT_EQ(report.removed + report.started + report.recreated, 0);
  EXPECT_EQ(engine_.containers().at(0).state, RunState::Running);
  EXPECT_EQ(engine_.calls(EngineCall::Create), 1);
  EXPECT_EQ(engine_.calls(EngineCall::Stop), 0);
}

TEST_F(Reconciliation, StartsWhatTheEngineLost) {
  deploy();
  engine_.lose_containers();
  const auto report = run();
  EXPECT_EQ(report.started, 1);
  EXPECT_EQ(engine_.containers().at(0).state, RunState::Running);
}

TEST_F(Reconciliation, MakesAMissingContainerAnewWithItsConfigOnItsPort) {
  ConfigVars config;
  config.emplace(*ConfigKey::parse("GREETING"), Secret("hello"));
  const auto release = deploy(config);
  ASSERT_TRUE(engine_.remove_container(engine_.containers().at(0).id));
  const auto report = run();
  EXPECT_TRUE(report.settled()) << testing::PrintToString(report.failures);
  EXPECT_EQ(report.recreated, 1);
  ASSERT_THAT(engine_.containers(), SizeIs(1));
  const auto made = engine_.containers()[0];
  EXPECT_EQ(made.state, RunState::Running);
  const auto spec = engine_.spec(made.name);
  EXPECT_EQ(spec->env.at("GREETING"), "hello");
  EXPECT_EQ(spec->host_port, app_.port);
  const auto rows = *containers_.of_release(app_.name, release.number);
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].id, made.id.value);
}

TEST_F(Reconciliation, IsDoneAfterOneRun) {
  deploy();
  ASSERT_TRUE(engine_.remove_container(engine_.containers().at(0).id));
  run();
  const auto again = run();
  EXPECT_EQ(again.removed + again.started + again.recreated, 0);
}

TEST_F(Reconciliation, RemovesWhatACrashedDeployLeft) {
  deploy();
  auto pending = *releases_.add(test::make_release("blog", 2, image_));
  const auto made = start_processes(engine_, plan_processes(pending, {}, 2, policy_), nullptr);
  ASSERT_TRUE(made);
  const auto report = run();
  EXPECT_EQ(report.removed, 1);
  EXPECT_THAT(engine_.containers(), SizeIs(1));
}

TEST_F(Reconciliation, RemovesALeftoverBeforeItStartsWhatItsPortBelongsTo) {
  deploy();
  ASSERT_TRUE(engine_.stop_container(engine_.containers().at(0).id, seconds(1)));
  auto pending = *releases_.add(test::make_release("blog", 2, image_));
  auto plans = plan_processes(pending, {}, 2, policy_);
  plans[0].spec.host_port = app_.port;
  ASSERT_TRUE(start_processes(engine_, plans, nullptr));
  const auto report = run();
  EXPECT_TRUE(report.settled()) << testing::PrintToString(report.failures);
  ASSERT_THAT(engine_.containers(), SizeIs(1));
  EXPECT_EQ(engine_.containers()[0].labels.at("minpaas.release"), "v1");
  EXPECT_EQ(engine_.containers()[0].state, RunState::Running);
}

TEST_F(Reconciliation, OfOneLeftoverThatStaysDoesNotKeepTheAppDown) {
  deploy();
  const auto pending = *releases_.add(test::make_release("blog", 2, image_));
  ASSERT_TRUE(start_processes(engine_, plan_processes(pending, {}, 2, policy_), nullptr));
  engine_.lose_containers();
  engine_.fail_next(EngineCall::Remove, {ErrorCode::Failed, "device or resource busy", "", ""});
  const auto report = run();
  EXPECT_THAT(report.failures, ElementsAre(HasSubstr("device or resource busy")));
  EXPECT_EQ(report.started, 1);
  EXPECT_EQ(run().removed, 1);
}

TEST_F(Reconciliation, NeverTouchesContainersOfAnotherServer) {
  ContainerPolicy other{"another-server", {}};
  const auto release = test::make_release("blog", 1, image_);
  ASSERT_TRUE(start_processes(engine_, plan_processes(release, {}, 1, other), nullptr));
  docker::ContainerSpec foreign;
  foreign.name = "database";
  foreign.image = image_;
  ASSERT_TRUE(engine_.create_container(foreign));
  EXPECT_EQ(run().removed, 0);
  EXPECT_THAT(engine_.containers(), SizeIs(2));
}

TEST_F(Reconciliation, LeavesAloneWhatSomeoneSitsInFrontOf) {
  const auto release = deploy();
  auto spec = plan_one_off(release, {}, 1, policy_);
  spec.name = "attended";
  ASSERT_TRUE(engine_.create_container(spec));
  spec.name = "left by a crash";
  ASSERT_TRUE(engine_.create_container(spec));
  EXPECT_EQ(run({.hold = {},
                 .done = {},
                 .crashed = {},
                 .is_attended =
                     [](const docker::ContainerDetails& container) {
                       return container.name == "attended";
                     }})
                .removed,
            1);
  EXPECT_TRUE(engine_.container("attended"));
  EXPECT_FALSE(engine_.container("left by a crash"));
}

TEST_F(Reconciliation, LeavesAnAppWithAnUnfinishedDeployAlone) {
  deploy();
  engine_.lose_containers();
  ASSERT_TRUE(deploys_.add(test::deploy_of(app_.name)));
  const auto report = run();
  EXPECT_THAT(report.skipped, ElementsAre(app_.name));
  EXPECT_FALSE(report.settled());
  EXPECT_THAT(engine_.journal(), IsEmpty());
}

TEST_F(Reconciliation, DiscardsWhatItMadeWhenItDoesNotWork) {
  const auto release = deploy();
  ASSERT_TRUE(engine_.remove_container(engine_.containers().at(0).id));
  engine_.behave(image_, {.exit_code = 1});
  const auto report = run();
  ASSERT_THAT(report.failures, SizeIs(1));
  EXPECT_THAT(report.failures[0], HasSubstr("blog: web.1 exited with status 1"));
  EXPECT_THAT(engine_.containers(), IsEmpty());
  EXPECT_THAT(*containers_.of_app(app_.name), IsEmpty());
}

TEST_F(Reconciliation, OfOneBrokenAppDoesNotKeepTheOthersDown) {
  deploy();
  const auto broken = test::add_app(file_, "abroken");
  auto release = *releases_.add(test::make_release("abroken", 1, {"sha256:gone"}));
  ASSERT_TRUE(releases_.make_live(broken.name, release.number));
  engine_.lose_containers();
  const auto report = run();
  EXPECT_THAT(report.failures, SizeIs(1));
  EXPECT_EQ(report.started, 1);
}

TEST_F(Reconciliation, ReportsAnEngineThatIsDown) {
  deploy();
  engine_.go_down();
  const auto report = reconciler_.run({}, {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::Unavailable);
}

TEST_F(Reconciliation, GivesBackEveryAppThatItHeld) {
  std::vector<std::string> journal;
  ReconcileView view;
  view.hold = [&](const AppName& app) {
    journal.push_back("hold " + app.str());
    return true;
  };
  view.done = [&](const AppName& app) { journal.push_back("done " + app.str()); };
  deploy();
  run(view);
  EXPECT_THAT(journal, ElementsAre("hold blog", "done blog"));
}

/// DirectRouter, but for the word of who holds requests.
class HoldingRouter : public router::DirectRouter {
 public:
  using router::DirectRouter::DirectRouter;

  Result<void> hold(const AppName& app) override {
    held_.insert(app);
    return {};
  }

  void let_go(const AppName& app) override { held_.erase(app); }

  [[nodiscard]] bool holds(const AppName& app) const override { return held_.contains(app); }

 private:
  std::set<AppName> held_;
};

TEST_F(Reconciliation, LetsGoOfWhatAnEarlierServerHeldAlone) {
  deploy();
  HoldingRouter router(engine_, {});
  Reconciler reconciler(engine_, stores_, router, checker_, policy_);
  ASSERT_TRUE(router.hold(app_.name));
  ASSERT_TRUE(reconciler.run({}, {}));
  EXPECT_FALSE(router.holds(app_.name));
  // One whose turn has come as soon as the app is given back.
  ReconcileView view;
  view.hold = [](const AppName&) { return true; };
  view.done = [&](const AppName& app) { EXPECT_TRUE(router.hold(app)); };
  ASSERT_TRUE(reconciler.run(view, {}));
  EXPECT_TRUE(router.holds(app_.name));
}

TEST_F(Reconciliation, LeavesAnAppAloneThatItCannotHold) {
  ReconcileView view;
  view.hold = [](const AppName&) { return false; };
  deploy();
  engine_.lose_containers();
  const auto report = run(view);
  EXPECT_FALSE(report.skipped.empty());
  EXPECT_EQ(report.removed + report.started + report.recreated, 0);
}

}  // namespace
}  // namespace minpaas::hooks
