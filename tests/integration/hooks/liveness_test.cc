#include "hooks/supervision/liveness.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>

#include <array>
#include <atomic>

#include "hooks/containers/process_set.h"
#include "tests/support/fake_engine.h"
#include "tests/support/loopback_server.h"

namespace minpaas::hooks {
namespace {

using test::FakeEngine;
using test::LoopbackServer;

constexpr int kPort = 8000;
constexpr seconds kLong{30};

/// A server that takes no connection any more: those that wait are as many as it allows.
class Busy {
 public:
  explicit Busy(const std::string& address) {
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(kPort);
    EXPECT_EQ(::inet_pton(AF_INET, address.c_str(), &place.sin_addr), 1);
    // Connections of other tests may still be known.
    const int on = 1;
    ::setsockopt(server_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const auto* raw = reinterpret_cast<const sockaddr*>(&place);
    EXPECT_EQ(::bind(server_.get(), raw, sizeof place), 0);
    EXPECT_EQ(::listen(server_.get(), 0), 0);
    for (Fd& client : waiting_) {
      client = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      ::connect(client.get(), raw, sizeof place);
    }
  }

 private:
  Fd server_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::array<Fd, 3> waiting_;
};

/// Containers of an app whose processes are servers of this test; restarts are counted.
class LiveProcess : public testing::Test {
 protected:
  struct Seen {
    std::vector<std::string> restarted;
    std::string why;
    std::string check;
  };

  LivenessTarget start_container(HealthCheck check, int index = 1) {
    docker::ContainerSpec spec;
    spec.name = "web-" + std::to_string(index);
    spec.image = image_;
    const auto container = *engine_.create_container(spec);
    EXPECT_TRUE(engine_.start_container(container));
    check.kind = CheckKind::Liveness;
    check.attempts = 2;
    check.wait = seconds(0);
    check.timeout = seconds(1);
    return {
        *AppName::parse("blog"), ProcessType::web(), index, container, kPort, {check}, seconds(0)};
  }

  std::string address_of(const LivenessTarget& target) {
    return engine_.inspect_container(target.container)->address;
  }

  void look_at(std::vector<LivenessTarget> targets) {
    targets_ = std::move(targets);
    liveness_.start();
  }

  template <typename Condition>
  bool wait_for(const Condition& condition) {
    const auto deadline = std::chrono::steady_clock::now() + kLong;
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    return condition();
  }

  bool wait_for_restarts(std::size_t count) {
    const auto enough = [count](const Seen& seen) { return seen.restarted.size() >= count; };
    return seen_.wait_until(std::chrono::steady_clock::now() + kLong, {}, enough, enough);
  }

  FakeEngine engine_;
  ImageId image_ = engine_.add_image("app");
  std::vector<LivenessTarget> targets_;
  Guarded<Seen> seen_;
  std::atomic<bool> may_restart_ = true;
  std::function<void()> while_restarting_;
  Liveness liveness_{
      engine_,
      {[this] { return Result(targets_); },
       [this](const LivenessTarget& target, const HealthCheck& failed, const std::string& why) {
         if (while_restarting_) {
           while_restarting_();
         }
         seen_.update([&](Seen& seen) {
           seen.restarted.push_back(process_name(target.process, target.index));
           seen.why = why;
           seen.check = describe(failed);
         });
         return may_restart_.load();
       }}};
};

TEST_F(LiveProcess, ThatAnswersIsLeftAlone) {
  const auto target = start_container({.path = "/up"});
  const LoopbackServer server(LoopbackServer::http(200), address_of(target), kPort);
  look_at({target});
  EXPECT_TRUE(wait_for([&] { return server.connections() > 5; }));
  const auto state = liveness_.state(target.container);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->why, "");
  EXPECT_EQ(state->restarts, 0);
  EXPECT_TRUE(seen_.with([](const Seen& seen) { return seen.restarted.empty(); }));
}

TEST_F(LiveProcess, ThatKeepsFailingIsRestarted) {
  const auto target = start_container({.path = "/up"});
  const LoopbackServer server(LoopbackServer::http(500), address_of(target), kPort);
  look_at({target});
  ASSERT_TRUE(wait_for_restarts(1));
  EXPECT_EQ(seen_.with([](const Seen& seen) { return seen.why; }), "check path /up answered 500");
  EXPECT_TRUE(wait_for([&] { return liveness_.state(target.container)->restarts == 1; }));
}

TEST_F(LiveProcess, ThatRefusesConnectionsIsRestartedThoughNobodyAskedForThat) {
  auto target = start_container({.listening = true});
  target.forgives_silence = true;
  look_at({target});
  ASSERT_TRUE(wait_for_restarts(1));
  EXPECT_EQ(seen_.with([](const Seen& seen) { return seen.why; }),
            "nothing listens on port 8000; the app must listen on $PORT");
}

TEST_F(LiveProcess, ThatIsTooBusyToAnswerIsRestartedOnlyWhereThatWasAskedFor) {
  auto forgiven = start_container({.listening = true}, 1);
  const auto asked_for = start_container({.listening = true}, 2);
  forgiven.forgives_silence = true;
  const Busy first(address_of(forgiven));
  const Busy second(address_of(asked_for));
  look_at({forgiven, asked_for});
  ASSERT_TRUE(wait_for_restarts(1));
  EXPECT_THAT(seen_.with([](const Seen& seen) { return seen.restarted; }), testing::Each("web.2"));
}

TEST_F(LiveProcess, IsAskedForByACommandToo) {
  engine_.behave(image_, "bin/alive", {.exit_code = 3});
  look_at({start_container({.command = {"bin/alive"}})});
  ASSERT_TRUE(wait_for_restarts(1));
  EXPECT_EQ(seen_.with([](const Seen& seen) { return seen.why; }),
            "check command bin/alive ended with status 3");
}

TEST_F(LiveProcess, IsSaidToFailWhileItCannotBeRestarted) {
  may_restart_ = false;
  const auto target = start_container({.path = "/up"});
  const LoopbackServer server(LoopbackServer::http(503), address_of(target), kPort);
  look_at({target});
  ASSERT_TRUE(wait_for_restarts(2));
  EXPECT_EQ(liveness_.state(target.container)->why, "check path /up answered 503");
  EXPECT_EQ(liveness_.state(target.container)->restarts, 0);
}

TEST_F(LiveProcess, IsNotRestartedTogetherWithAnotherOfItsApp) {
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  while_restarting_ = [&] {
    most = std::max(most.load(), ++now);
    std::this_thread::sleep_for(milliseconds(50));
    --now;
  };
  look_at({start_container({.listening = true}, 1), start_container({.listening = true}, 2)});
  ASSERT_TRUE(wait_for_restarts(2));
  EXPECT_EQ(most, 1);
  EXPECT_THAT(seen_.with([](const Seen& seen) { return seen.restarted; }),
              testing::UnorderedElementsAre("web.1", "web.2"));
}

TEST_F(LiveProcess, ThatDoesNotRunIsLeftToTheSupervisor) {
  const auto target = start_container({.listening = true});
  engine_.end_container(target.container, 1);
  std::atomic<int> looks = 0;
  engine_.before(test::EngineCall::Inspect, [&](const std::string&) { ++looks; });
  look_at({target});
  EXPECT_TRUE(wait_for([&] { return looks > 5; }));
  EXPECT_TRUE(seen_.with([](const Seen& seen) { return seen.restarted.empty(); }));
}

TEST_F(LiveProcess, IsForgottenWhenItIsNoneAnyMore) {
  const auto target = start_container({.path = "/up"});
  const LoopbackServer server(LoopbackServer::http(200), address_of(target), kPort);
  look_at({target});
  ASSERT_TRUE(wait_for([&] { return liveness_.state(target.container).has_value(); }));
  {
    // The thread reads them only when it is told to.
    targets_.clear();
  }
  liveness_.look_again();
  EXPECT_TRUE(wait_for([&] { return !liveness_.state(target.container); }));
}

}  // namespace
}  // namespace minpaas::hooks
