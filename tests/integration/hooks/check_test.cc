#include "hooks/checks/check.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <unistd.h>

#include <array>

#include "hooks/checks/check_plan.h"
#include "hooks/containers/process_set.h"
#include "tests/support/fake_engine.h"
#include "tests/support/loopback_server.h"

namespace minpaas::hooks {
namespace {

using test::FakeEngine;
using test::LoopbackServer;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr int kPort = 8000;
constexpr seconds kGenerous{60};

/// The first IPv4 address that is not on loopback; empty when there is none.
std::string address_of_this_host() {
  ifaddrs* list = nullptr;
  std::string found;
  if (::getifaddrs(&list) != 0) {
    return found;
  }
  for (const ifaddrs* entry = list; entry != nullptr && found.empty(); entry = entry->ifa_next) {
    const bool usable = entry->ifa_addr != nullptr && entry->ifa_addr->sa_family == AF_INET &&
                        (entry->ifa_flags & IFF_LOOPBACK) == 0;
    std::array<char, INET_ADDRSTRLEN> text{};
    if (usable &&
        inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr,
                  text.data(), text.size()) != nullptr) {
      found = text.data();
    }
  }
  ::freeifaddrs(list);
  return found;
}

/// Containers that run in this test's own process, as far as the host can see.
class EngineOfThisHost : public FakeEngine {
 public:
  Result<docker::ContainerDetails> inspect_container(const docker::ContainerId& id) override {
    auto details = FakeEngine::inspect_container(id);
    if (details && details->state == docker::RunState::Running) {
      details->pid = ::getpid();
      details->address = address.empty() ? details->address : address;
    }
    return details;
  }

  /// Instead of the container's own.
  std::string address;
};

class Check : public testing::Test {
 protected:
  EngineOfThisHost engine_;
  ImageId image_ = engine_.add_image("app");
  std::vector<std::string> lines_;
  /// What was told to whoever wants to know of failures: `web.1 path /up: why`.
  std::vector<std::string> failed_;
  int made_ = 0;

  CheckTarget start(int port, ProcessType process = ProcessType::web()) {
    docker::ContainerSpec spec;
    spec.name = "c" + std::to_string(++made_);
    spec.image = image_;
    spec.internal_port = port;
    CheckTarget target{*engine_.create_container(spec), std::move(process), 1, port, {}};
    EXPECT_TRUE(engine_.start_container(target.container));
    return target;
  }

  std::string address_of(const CheckTarget& target) {
    return engine_.inspect_container(target.container)->address;
  }

  Result<void> wait(const std::vector<CheckTarget>& targets, config::CheckSettings settings,
                    const std::stop_token& stop = {}) {
    Checker checker(engine_, settings,
                    [this](const std::vector<FailedCheck>& failed, const LineSink& line, auto) {
                      for (const FailedCheck& one : failed) {
                        failed_.push_back(process_name(one.process, one.index) + " " +
                                          describe(one.check) + ": " + one.why);
                        line("somebody is told");
                      }
                    });
    auto whole = targets;
    for (CheckTarget& target : whole) {
      if (target.checks.empty()) {
        target.checks = plan_checks(target.process, {}, {}, settings).startup;
      }
    }
    return checker.wait_healthy(
        whole,
        [this](std::string_view line) {
          lines_.emplace_back(line);
          return true;
        },
        stop);
  }

  Result<void> wait_long(const std::vector<CheckTarget>& targets) {
    return wait(targets, {.timeout = kGenerous, .interval = milliseconds(10)});
  }

  /// For checks that must run into their deadline.
  Result<void> wait_short(const std::vector<CheckTarget>& targets) {
    return wait(targets, {.timeout = seconds(1), .interval = milliseconds(10)});
  }
};

TEST_F(Check, PassesOnceEveryTargetAnswers) {
  const auto one = start(kPort);
  const auto two = start(kPort);
  const LoopbackServer first(LoopbackServer::http(200), address_of(one), kPort);
  const LoopbackServer second(LoopbackServer::http(404), address_of(two), kPort);
  EXPECT_TRUE(wait_long({one, two}));
  EXPECT_EQ(first.connections(), 1);
  EXPECT_THAT(lines_, testing::IsEmpty());
}

TEST_F(Check, WaitsForAnAppThatListensLater) {
  const auto target = start(kPort);
  const auto address = address_of(target);
  std::unique_ptr<LoopbackServer> server;
  int inspections = 0;
  engine_.before(test::EngineCall::Inspect, [&](const std::string&) {
    if (++inspections == 5) {
      server = std::make_unique<LoopbackServer>(LoopbackServer::http(200), address, kPort);
    }
  });
  EXPECT_TRUE(wait_long({target}));
  EXPECT_GE(inspections, 5);
}

TEST_F(Check, FailsAtOnceWhenAContainerDies) {
  engine_.behave(image_, {.exit_code = 1,
                          .log = {"Traceback", "\x1b[2Jno module named flask"},
                          .alive_for_inspections = 3});
  const auto result = wait_long({start(kPort)});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::Failed);
  EXPECT_EQ(result.error().message, "web.1 exited with status 1");
  EXPECT_THAT(lines_, testing::ElementsAre("       Last lines of web.1:", "       Traceback",
                                           "       no module named flask"))
      << "the reason is the caller's to show";
}

TEST_F(Check, FailsWhenAContainerThatHadPassedDies) {
  const auto good = start(kPort);
  const LoopbackServer server(LoopbackServer::http(200), address_of(good), kPort);
  const auto late = start(kPort);
  int inspections = 0;
  engine_.before(test::EngineCall::Inspect, [&](const std::string&) {
    if (++inspections == 20) {
      engine_.end_container(good.container, 3);
    }
  });
  const auto result = wait_long({good, late});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "web.1 exited with status 3");
}

TEST_F(Check, NamesAMissingCommandAndAnExitWithoutError) {
  engine_.behave(image_, {.exit_code = 127});
  EXPECT_THAT(wait_long({start(kPort)}).error().message, HasSubstr("command was not found"));
  engine_.behave(image_, {.exit_code = 0});
  EXPECT_THAT(wait_long({start(kPort)}).error().message, HasSubstr("must keep running"));
}

TEST_F(Check, NamesTheLackOfMemory) {
  const auto target = start(kPort);
  engine_.kill_for_memory(target.container);
  EXPECT_THAT(wait_long({target}).error().message, HasSubstr("more memory than its limit"));
}

TEST_F(Check, ShowsTheLast50LinesOnly) {
  const auto target = start(kPort);
  for (int i = 1; i <= 60; ++i) {
    engine_.print(target.container, "line " + std::to_string(i));
  }
  engine_.end_container(target.container, 1);
  EXPECT_FALSE(wait_long({target}));
  EXPECT_EQ(lines_.size(), 51U);
  EXPECT_THAT(lines_, Contains("       line 11"));
  EXPECT_THAT(lines_, Not(Contains("       line 10")));
}

TEST_F(Check, SaysThatNothingListensOnThePort) {
  const auto result = wait_short({start(kPort)});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::Timeout);
  EXPECT_EQ(result.error().message,
            "web.1 is not healthy after 1 s: nothing listens on port 8000; the app must listen on "
            "$PORT");
  EXPECT_THAT(lines_, Contains("       web.1 has logged nothing"));
}

TEST_F(Check, SaysWhyOfEachThatIsLate) {
  const auto first = start(kPort);
  auto second = start(kPort);
  second.index = 2;
  const auto result = wait_short({first, second});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, testing::StartsWith("web.1 is not healthy after 1 s"));
  EXPECT_THAT(lines_,
              testing::ElementsAre("       web.2 has logged nothing",
                                   testing::StartsWith(" !     web.2 is not healthy after 1 s"),
                                   "       web.1 has logged nothing"));
}

TEST_F(Check, FindsAnAppThatListensOnLoopbackOnly) {
  // An address of this host stands for the container's: nothing listens there.
  engine_.address = address_of_this_host();
  if (engine_.address.empty()) {
    GTEST_SKIP() << "this host has loopback addresses only";
  }
  const LoopbackServer server(LoopbackServer::http(200), "127.0.0.1");
  EXPECT_THAT(wait_short({start(server.port())}).error().message,
              HasSubstr("the app listens on 127.0.0.1:" + std::to_string(server.port()) +
                        " only; listen on 0.0.0.0"));
}

TEST_F(Check, ReportsAnAnswerThatIsAnError) {
  const auto target = start(kPort);
  const LoopbackServer server(LoopbackServer::http(503), address_of(target), kPort);
  EXPECT_THAT(wait_short({target}).error().message, HasSubstr("check path / answered 503"));
  EXPECT_GT(server.connections(), 3);
}

TEST_F(Check, ReportsWhatIsNoHttp) {
  const auto target = start(kPort);
  const LoopbackServer server("SSH-2.0-OpenSSH_9.2\r\n", address_of(target), kPort);
  EXPECT_THAT(wait_short({target}).error().message, HasSubstr("is no HTTP"));
}

TEST_F(Check, ReportsConnectionsThatAreClosed) {
  const auto target = start(kPort);
  const LoopbackServer server("", address_of(target), kPort, LoopbackServer::Manner::Close);
  EXPECT_THAT(wait_short({target}).error().message, HasSubstr("closes connections"));
}

TEST_F(Check, TakesAWorkerForHealthyWhenItHasLivedLongEnough) {
  const auto worker = start(0, *ProcessType::parse("worker"));
  EXPECT_TRUE(wait(
      {worker}, {.timeout = kGenerous, .interval = milliseconds(10), .worker_uptime = seconds(1)}));
}

TEST_F(Check, RefusesAWorkerThatTheEngineHadToStartAgain) {
  const auto worker = start(0, *ProcessType::parse("worker"));
  ASSERT_TRUE(engine_.set_restart_policy(worker.container, docker::RestartPolicy::UnlessStopped));
  int inspections = 0;
  engine_.before(test::EngineCall::Inspect, [&](const std::string&) {
    if (++inspections == 3) {
      engine_.end_container(worker.container, 1);
    }
  });
  EXPECT_THAT(wait_long({worker}).error().message, HasSubstr("started again"));
}

TEST_F(Check, AsksForThePathWithTheHeadersOfTheCheck) {
  auto target = start(kPort);
  const LoopbackServer server(LoopbackServer::http(200), address_of(target), kPort);
  target.checks = {{{.path = "/up", .headers = {{"Host", "blog.example"}, {"X-Check", "1"}}}}};
  ASSERT_TRUE(wait_long({target}));
  EXPECT_THAT(server.received(),
              AllOf(testing::StartsWith("GET /up HTTP/1.1\r\n"), HasSubstr("X-Check: 1\r\n"),
                    HasSubstr("Host: blog.example\r\n"), Not(HasSubstr("localhost"))));
}

TEST_F(Check, WithAPathTakesNoErrorOfAnyKind) {
  auto target = start(kPort);
  target.checks = {{{.path = "/up"}, seconds(1)}};
  const LoopbackServer server(LoopbackServer::http(404), address_of(target), kPort);
  EXPECT_EQ(wait_long({target}).error().message,
            "web.1 is not healthy after 1 s: check path /up answered 404");
}

TEST_F(Check, LooksIntoTheAnswerForItsContent) {
  auto target = start(kPort);
  target.checks = {{{.path = "/", .content = "all well"}, seconds(1)}};
  {
    const LoopbackServer server("HTTP/1.0 200 OK\r\n\r\n<b>all well</b>", address_of(target),
                                kPort);
    EXPECT_TRUE(wait_long({target}));
  }
  const LoopbackServer server("HTTP/1.0 200 OK\r\nX: all well\r\n\r\nfine", address_of(target),
                              kPort);
  EXPECT_EQ(wait_long({target}).error().message,
            "web.1 is not healthy after 1 s: check path / answered without the expected content");
}

TEST_F(Check, ThatOnlyListensSendsNothing) {
  auto target = start(kPort);
  target.checks = {{{.listening = true}}};
  const LoopbackServer server(LoopbackServer::http(500), address_of(target), kPort);
  EXPECT_TRUE(wait_long({target}));
}

TEST_F(Check, OnAPortOfItsOwnAsksThere) {
  auto target = start(kPort);
  target.checks = {{{.listening = true, .port = kPort + 1}, seconds(1)}};
  const LoopbackServer server(LoopbackServer::http(200), address_of(target), kPort);
  EXPECT_THAT(wait_long({target}).error().message, HasSubstr("nothing listens on port 8001"));
}

TEST_F(Check, RunsACommandInTheContainerUntilItEndsWell) {
  auto target = start(kPort);
  engine_.behave(image_, "bin/check", {.exit_code = 0});
  target.checks = {{{.command = {"bin/check", "db"}}, kGenerous}};
  EXPECT_TRUE(wait_long({target}));
  engine_.behave(image_, "bin/check", {.exit_code = 3, .log = {"no database"}});
  target.checks.front().patience = seconds(1);
  EXPECT_EQ(wait_long({target}).error().message,
            "web.1 is not healthy after 1 s: check command bin/check db ended with status 3: no "
            "database");
}

TEST_F(Check, EndsACommandThatTakesTooLong) {
  auto target = start(kPort);
  target.checks = {{{.command = {"bin/hangs"}, .timeout = seconds(1)}, seconds(2)}};
  EXPECT_THAT(wait_long({target}).error().message,
              HasSubstr("check command bin/hangs took longer than 1 s"));
}

TEST_F(Check, OfSeveralMustAllPass) {
  auto target = start(kPort);
  target.checks = {{{.listening = true}, kGenerous}, {{.path = "/up"}, seconds(1)}};
  const LoopbackServer server(LoopbackServer::http(500), address_of(target), kPort);
  EXPECT_THAT(wait_long({target}).error().message, HasSubstr("check path /up answered 500"));
}

TEST_F(Check, ThatOnlyWarnsKeepsNoReleaseBack) {
  auto target = start(kPort);
  target.checks = {{{.listening = true}}, {{.path = "/up", .warn = true}, seconds(1)}};
  const LoopbackServer server(LoopbackServer::http(500), address_of(target), kPort);
  EXPECT_TRUE(wait_long({target}));
  EXPECT_THAT(lines_, testing::ElementsAre(" !     web.1: check path /up answered 500; for this "
                                           "check that is only a warning"));
}

TEST_F(Check, IsTriedTenTimesASecondWhateverTheAppSaysOfItsPace) {
  auto target = start(kPort);
  const HealthCheck slow{.path = "/up", .attempts = 2, .wait = seconds(60)};
  target.checks = {{slow, seconds(3)}};
  const LoopbackServer server(LoopbackServer::http(500), address_of(target), kPort);
  EXPECT_FALSE(wait({target}, {.timeout = kGenerous}));
  EXPECT_GE(server.connections(), 20);
}

TEST_F(Check, TellsWhichHaveFailedForGood) {
  auto target = start(kPort);
  target.app = *AppName::parse("blog");
  target.checks = {{{.listening = true}, kGenerous},
                   {{.path = "/up"}, seconds(1)},
                   {{.path = "/ready", .warn = true}, seconds(1)}};
  const LoopbackServer server(LoopbackServer::http(500), address_of(target), kPort);
  EXPECT_FALSE(wait_long({target}));
  EXPECT_THAT(failed_, testing::UnorderedElementsAre(
                           "web.1 path /up below 400: check path /up answered 500",
                           "web.1 path /ready below 400: check path /ready answered 500"));
  EXPECT_EQ(lines_.back(), "       somebody is told");
}

TEST_F(Check, TellsOfAllThatHadNotPassedWhenItsContainerDies) {
  auto target = start(kPort);
  target.app = *AppName::parse("blog");
  target.checks = {{{.path = "/up"}, kGenerous}};
  engine_.end_container(target.container, 3);
  EXPECT_FALSE(wait_long({target}));
  EXPECT_THAT(failed_, testing::ElementsAre("web.1 path /up below 400: exited with status 3"));
}

TEST_F(Check, TellsNobodyWhenAllIsWell) {
  auto target = start(kPort);
  target.app = *AppName::parse("blog");
  const LoopbackServer server(LoopbackServer::http(200), address_of(target), kPort);
  EXPECT_TRUE(wait_long({target}));
  EXPECT_THAT(failed_, testing::IsEmpty());
}

TEST_F(Check, BeginsAfterItsInitialDelay) {
  auto target = start(kPort);
  target.checks = {{{.path = "/", .initial_delay = seconds(1)}}};
  const LoopbackServer server(LoopbackServer::http(200), address_of(target), kPort);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(wait_long({target}));
  EXPECT_GE(std::chrono::steady_clock::now() - began, seconds(1));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(Check, EndsWhenItIsCancelled) {
  std::stop_source source;
  source.request_stop();
  const auto result = wait({start(kPort)}, {.timeout = kGenerous}, source.get_token());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::Cancelled);
}

TEST_F(Check, ReportsAnEngineThatIsGone) {
  const auto target = start(kPort);
  engine_.go_down();
  EXPECT_EQ(wait_long({target}).error().code, ErrorCode::Unavailable);
}

TEST_F(Check, ReportsAContainerThatIsGone) {
  const auto target = start(kPort);
  ASSERT_TRUE(engine_.remove_container(target.container));
  EXPECT_THAT(wait_long({target}).error().message, HasSubstr("was removed"));
}

}  // namespace
}  // namespace minpaas::hooks
