#include "tests/support/fake_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace minpaas::test {
namespace {

using docker::ContainerId;
using docker::ContainerSpec;
using docker::RestartPolicy;
using docker::RunState;
using testing::ElementsAre;

class Lines : public docker::BuildObserver {
 public:
  void step(std::string_view name, bool cached) override {
    lines.push_back("step " + std::string(name) + (cached ? " cached" : ""));
  }

  void output(std::string_view line) override { lines.emplace_back(line); }

  void step_done(std::string_view name, milliseconds took) override {
    lines.push_back("done " + std::string(name) + " " + std::to_string(took.count()));
  }

  std::vector<std::string> lines;
};

Result<void> no_files(const std::function<Result<void>(std::span<const char>)>& put) {
  return put(std::string_view("tar"));
}

class FakeEngineTest : public testing::Test {
 protected:
  ContainerId create(std::string name, int host_port = 0) {
    ContainerSpec spec;
    spec.name = std::move(name);
    spec.image = image;
    spec.internal_port = 8080;
    spec.host_port = host_port;
    return *engine.create_container(spec);
  }

  FakeEngine engine;
  ImageId image = engine.add_image("base");
  Lines lines;
};

TEST_F(FakeEngineTest, BuildsAsScripted) {
  engine.next_build({.steps = {{.name = "[1/2] FROM base", .cached = true},
                               {.name = "[2/2] RUN make", .output = {"made"}}}});
  const auto built = engine.build({.tag = "app:1"}, no_files, lines, {});
  ASSERT_TRUE(built);
  EXPECT_THAT(lines.lines, ElementsAre("step [1/2] FROM base cached", "step [2/2] RUN make", "made",
                                       "done [2/2] RUN make 5"));
  EXPECT_EQ(engine.inspect_image("app:1")->id, *built);
  EXPECT_EQ(engine.last_context(), "tar");
}

TEST_F(FakeEngineTest, BuildFailsWithTheScriptedWords) {
  engine.next_build_fails("npm ci exited 1");
  EXPECT_EQ(engine.build({.tag = "app"}, no_files, lines, {}).error().message, "npm ci exited 1");
  EXPECT_TRUE(engine.build({.tag = "app"}, no_files, lines, {})) << "one script, one build";
}

TEST_F(FakeEngineTest, HeldBuildIsCancelled) {
  engine.hold_builds();
  std::stop_source stop;
  std::jthread canceller([&] {
    EXPECT_TRUE(engine.wait_for_builds(1));
    stop.request_stop();
  });
  EXPECT_EQ(engine.build({}, no_files, lines, stop.get_token()).error().code, ErrorCode::Cancelled);
}

TEST_F(FakeEngineTest, ContainerThatExitsAtOnceLeavesItsWords) {
  engine.behave(image, {.exit_code = 3, .error_log = {"no module named flask"}});
  const auto id = create("web");
  ASSERT_TRUE(engine.start_container(id));
  const auto details = *engine.inspect_container(id);
  EXPECT_EQ(details.state, RunState::Exited);
  EXPECT_EQ(details.exit_code, 3);
  std::vector<std::string> log;
  ASSERT_TRUE(engine.logs(id, {},
                          [&](const docker::LogLine& line) {
                            log.push_back(line.text);
                            return true;
                          },
                          {}));
  EXPECT_THAT(log, ElementsAre("no module named flask"));
}

TEST_F(FakeEngineTest, ContainerCanLiveForSomeInspections) {
  engine.behave(image, {.exit_code = 1, .alive_for_inspections = 2});
  const auto id = create("web");
  ASSERT_TRUE(engine.start_container(id));
  EXPECT_EQ(engine.inspect_container(id)->state, RunState::Running);
  EXPECT_EQ(engine.inspect_container(id)->state, RunState::Running);
  EXPECT_EQ(engine.inspect_container(id)->state, RunState::Exited);
}

TEST_F(FakeEngineTest, EndedContainerRunsAgainWhenItsPolicySaysSo) {
  const auto id = create("web");
  ASSERT_TRUE(engine.start_container(id));
  ASSERT_TRUE(engine.set_restart_policy(id, RestartPolicy::UnlessStopped));
  engine.end_container(id, 1);
  EXPECT_EQ(engine.inspect_container(id)->restart_count, 1);
  EXPECT_EQ(engine.inspect_container(id)->state, RunState::Running);
  ASSERT_TRUE(engine.stop_container(id, seconds(1)));
  EXPECT_EQ(engine.inspect_container(id)->state, RunState::Exited);
}

TEST_F(FakeEngineTest, HostPortHasOneOwner) {
  const auto first = create("a", 10001);
  const auto second = create("b", 10001);
  ASSERT_TRUE(engine.start_container(first));
  EXPECT_EQ(engine.start_container(second).error().code, ErrorCode::Conflict);
  ASSERT_TRUE(engine.stop_container(first, seconds(1)));
  EXPECT_TRUE(engine.start_container(second));
}

TEST_F(FakeEngineTest, FaultsComeOnceAndDownLasts) {
  engine.fail_next(EngineCall::Create, {ErrorCode::NoSpace, "disk full", "", ""});
  ContainerSpec spec;
  spec.name = "web";
  spec.image = image;
  EXPECT_EQ(engine.create_container(spec).error().code, ErrorCode::NoSpace);
  EXPECT_TRUE(engine.create_container(spec));
  engine.go_down();
  EXPECT_EQ(engine.version().error().code, ErrorCode::Unavailable);
  EXPECT_EQ(engine.version().error().code, ErrorCode::Unavailable);
  engine.come_up();
  EXPECT_TRUE(engine.version());
  EXPECT_THAT(engine.journal(), ElementsAre("create web", "create web"));
}

TEST_F(FakeEngineTest, OpenStreamsBreakWhenTheEngineGoesDown) {
  std::jthread breaker;
  const auto id = create("web");
  ASSERT_TRUE(engine.start_container(id));
  const auto ended = engine.events({}, SystemTime{},
                                   [&](const docker::EngineEvent& event) {
                                     if (event.action == "start") {
                                       breaker = std::jthread([&] { engine.go_down(); });
                                     }
                                     return true;
                                   },
                                   {});
  EXPECT_EQ(ended.error().code, ErrorCode::Unavailable);
}

TEST_F(FakeEngineTest, TellsWhenAContainerRuns) {
  std::string address;
  engine.when_running([&](const docker::ContainerDetails& details, const ContainerSpec& spec) {
    EXPECT_EQ(spec.internal_port, 8080);
    address = details.address;
    EXPECT_EQ(engine.inspect_container(details.id)->address, address) << "no lock is held";
  });
  ASSERT_TRUE(engine.start_container(create("web")));
  EXPECT_TRUE(address.starts_with("127."));
}

}  // namespace
}  // namespace minpaas::test
