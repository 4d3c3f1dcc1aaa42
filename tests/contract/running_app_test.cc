#include <gmock/gmock.h>

#include "core/router/direct_router.h"
#include "hooks/checks/check.h"
#include "hooks/checks/check_plan.h"
#include "hooks/checks/http_probe.h"
#include "hooks/supervision/supervisor.h"
#include "tests/contract/engine_bed.h"
#include "tests/support/loopback_client.h"
#include "tests/support/loopback_server.h"
#include "tests/support/needs.h"

/// The parts that touch containers, on a real engine: what a fake cannot know (ports, addresses,
/// signals, the order of events) is looked at here.
namespace minpaas::hooks {
namespace {

using docker::ContainerId;
using docker::RunState;
using router::Candidate;
using router::DirectRouter;
using test::free_port;
using test::LoopbackServer;
using testing::HasSubstr;

constexpr int kInside = 8080;
constexpr seconds kPatience{60};
// The two answer / with another status, so that a probe can tell them apart.
constexpr const char* kAnswers200 =
    "mkdir -p /tmp/w && echo hello >/tmp/w/index.html && exec busybox httpd -f -p $PORT -h /tmp/w";
constexpr const char* kAnswers404 = "mkdir -p /tmp/w && exec busybox httpd -f -p $PORT -h /tmp/w";

class RunningApp : public testing::Test {
 protected:
  void SetUp() override {
    bed_ = test::make_bed(test::BedKind::RealEngine);
    MINPAAS_NEEDS(bed_, std::string("a Docker Engine with ") + test::kBase);
    image_ = engine().inspect_image(test::kBase)->id;
  }

  docker::Engine& engine() { return bed_->engine(); }

  docker::ContainerSpec spec(const std::string& name, const std::string& command, int port = 0) {
    docker::ContainerSpec spec;
    spec.name = bed_->tag() + "-" + name;
    spec.image = image_;
    spec.command = command;
    spec.env = {{"PORT", std::to_string(kInside)}};
    spec.labels = {{test::kLabelTest, bed_->tag()},
                   {std::string(docker::kLabelApp), "blog"},
                   {std::string(docker::kLabelInstance), bed_->tag()}};
    spec.internal_port = kInside;
    spec.host_port = port;
    spec.host_address = "127.0.0.1";
    return spec;
  }

  Candidate start(const docker::ContainerSpec& spec) {
    Candidate candidate{*engine().create_container(spec), spec};
    const auto started = engine().start_container(candidate.container);
    EXPECT_TRUE(started) << started.error().for_log();
    return candidate;
  }

  Result<void> check(const ContainerId& container, seconds timeout = kPatience) {
    const config::CheckSettings settings{.timeout = timeout};
    Checker checker(engine(), settings);
    return checker.wait_healthy({{container, ProcessType::web(), 1, kInside,
                                  plan_checks(ProcessType::web(), {}, {}, settings).startup}},
                                nullptr, {});
  }

  /// Status of one GET of a published port, 0 when nothing answers.
  static int get(int port) {
    HttpProbe probe;
    const auto now = [] { return std::chrono::steady_clock::now(); };
    probe.start("127.0.0.1", port, now());
    while (probe.busy()) {
      auto entry = probe.poll_entry();
      ::poll(&entry, 1, 100);
      probe.advance(entry.revents, now());
    }
    return probe.outcome() == HttpProbe::Outcome::Answered ? probe.status() : 0;
  }

  RunState state_of(const ContainerId& id) { return engine().inspect_container(id)->state; }

  std::unique_ptr<test::EngineBed> bed_;
  ImageId image_;
  AppName app_ = *AppName::parse("blog");
};

class DirectSwapOnEngine : public RunningApp {
 protected:
  void SetUp() override {
    RunningApp::SetUp();
    if (bed_) {
      router_ = std::make_unique<DirectRouter>(engine(),
                                               router::DirectSettings{"localhost", "127.0.0.1"});
    }
  }

  Result<router::Switched> swap(const std::vector<Candidate>& candidates,
                                const std::vector<ContainerId>& serving, seconds timeout) {
    return router_->switch_to({app_, ReleaseNumber(2), port_, candidates, serving},
                              [&](const ContainerId& id) { return check(id, timeout); }, {});
  }

  int port_ = free_port();
  std::unique_ptr<DirectRouter> router_;
};

TEST_F(DirectSwapOnEngine, GivesThePortToTheNewContainer) {
  const auto old = start(spec("old", kAnswers200, port_));
  ASSERT_TRUE(check(old.container));
  ASSERT_EQ(get(port_), 200);
  const auto candidate = start(spec("new", kAnswers404));
  ASSERT_TRUE(check(candidate.container));
  const auto switched = swap({candidate}, {old.container}, kPatience);
  ASSERT_TRUE(switched) << switched.error().for_log();
  EXPECT_EQ(get(port_), 404);
  EXPECT_EQ(state_of(old.container), RunState::Exited);
  EXPECT_EQ(engine().inspect_container(candidate.container).error().code, ErrorCode::NotFound);
  ASSERT_TRUE(engine().stop_container(switched->serving.at(0), seconds(5)));
  ASSERT_TRUE(router_->restore({app_, port_, 0, switched->serving}));
  ASSERT_TRUE(check(switched->serving.at(0)));
  EXPECT_EQ(get(port_), 404);
}

TEST_F(DirectSwapOnEngine, BringsTheOldContainerBackWhenTheNewOneFails) {
  const auto old = start(spec("old", kAnswers200, port_));
  ASSERT_TRUE(check(old.container));
  // It works as a candidate and not as a twin.
  auto candidate = start(spec("new", kAnswers404));
  ASSERT_TRUE(check(candidate.container));
  candidate.spec.command = "echo no luck; exit 7";
  const auto switched = swap({candidate}, {old.container}, kPatience);
  ASSERT_FALSE(switched);
  EXPECT_EQ(switched.error().message, "web.1 exited with status 7");
  ASSERT_TRUE(check(old.container));
  EXPECT_EQ(get(port_), 200);
}

TEST_F(DirectSwapOnEngine, NamesAPortThatAnotherProgramHas) {
  const LoopbackServer other(LoopbackServer::http(418), "127.0.0.1", port_);
  const auto candidate = start(spec("new", kAnswers404));
  const auto switched = swap({candidate}, {}, kPatience);
  ASSERT_FALSE(switched);
  EXPECT_EQ(switched.error().code, ErrorCode::Conflict) << switched.error().for_log();
  EXPECT_THAT(switched.error().message, HasSubstr(std::to_string(port_)));
  EXPECT_EQ(get(port_), 418);
}

TEST_F(RunningApp, ThatListensOnLoopbackOnlyIsToldSo) {
  const auto app = start(spec("loopback", "exec busybox httpd -f -p 127.0.0.1:8080 -h /tmp"));
  EXPECT_THAT(check(app.container, seconds(5)).error().message,
              HasSubstr("the app listens on 127.0.0.1:8080 only; listen on 0.0.0.0"));
}

TEST_F(RunningApp, ThatListensOnAnotherPortIsToldSo) {
  const auto app = start(spec("elsewhere", "exec busybox httpd -f -p 5000 -h /tmp"));
  EXPECT_THAT(check(app.container, seconds(5)).error().message,
              HasSubstr("the app listens on port 5000, not on $PORT (8080)"));
}

TEST_F(RunningApp, ThatNeedsTooMuchMemoryIsToldSo) {
  auto greedy = spec("greedy", "exec tail /dev/zero");
  greedy.memory_bytes = 16LL << 20;
  EXPECT_THAT(check(start(greedy).container).error().message,
              HasSubstr("used more memory than its limit"));
}

class SupervisionOnEngine : public RunningApp {
 protected:
  ContainerId run_always(const docker::ContainerSpec& spec) {
    const auto id = start(spec).container;
    EXPECT_TRUE(engine().set_restart_policy(id, docker::RestartPolicy::UnlessStopped));
    return id;
  }

  template <typename Ready>
  static bool wait_until(Ready&& ready) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!ready() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(20));
    }
    return ready();
  }

  RealClock clock_;
};

TEST_F(SupervisionOnEngine, EndsACrashLoopAndLeavesStoppedOnesAlone) {
  Supervisor supervisor(
      engine(), clock_, {.instance = bed_->tag(), .stop_grace = seconds(5)},
      [](const std::stop_token&) { return true; }, [](const ContainerId&) {},
      [](const std::string&, const std::string&) {});
  supervisor.start();
  ASSERT_TRUE(wait_until([&] { return supervisor.engine_answers(); }));
  const auto steady = run_always(spec("steady", kAnswers200));
  for (int i = 0; i < HealthBook::kCrashes; ++i) {
    ASSERT_TRUE(engine().stop_container(steady, seconds(5)));
    ASSERT_TRUE(engine().start_container(steady));
  }
  const auto crashing = run_always(spec("crashing", "sleep 1; exit 1"));
  ASSERT_TRUE(wait_until([&] { return !supervisor.crashed().empty(); }));
  EXPECT_THAT(supervisor.crashed(), testing::ElementsAre(crashing));
  EXPECT_TRUE(wait_until([&] { return state_of(crashing) == RunState::Exited; }));
  EXPECT_EQ(state_of(steady), RunState::Running);
  EXPECT_EQ(supervisor.health(crashing)->last_exit_code, 1);
}

}  // namespace
}  // namespace minpaas::hooks
