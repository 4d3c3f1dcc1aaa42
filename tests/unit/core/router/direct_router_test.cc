#include "core/router/direct_router.h"

#include <gmock/gmock.h>

#include "tests/support/fake_engine.h"

namespace minpaas::router {
namespace {

using docker::ContainerId;
using docker::RunState;
using test::EngineCall;
using test::FakeEngine;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kPort = 10123;

class DirectSwap : public testing::Test {
 protected:
  FakeEngine engine_;
  DirectRouter router_{engine_, {"apps.example", "127.0.0.1", milliseconds(0)}};
  ImageId image_ = engine_.add_image("blog");
  AppName app_ = *AppName::parse("blog");

  docker::ContainerSpec spec(const std::string& name, int host_port) {
    docker::ContainerSpec spec;
    spec.name = name;
    spec.image = image_;
    spec.env = {{"PORT", "8000"}};
    spec.labels = {{"minpaas.app", "blog"}};
    spec.internal_port = 8000;
    spec.host_port = host_port;
    return spec;
  }

  Candidate start(const std::string& name, int host_port = 0) {
    Candidate candidate{{}, spec(name, host_port)};
    candidate.container = *engine_.create_container(candidate.spec);
    EXPECT_TRUE(engine_.start_container(candidate.container));
    return candidate;
  }

  /// The old container serves on the port, the new one has passed its check.
  RouteChange change() {
    const auto old = start("old", kPort).container;
    RouteChange change{app_, ReleaseNumber(2), kPort, {start("new")}, {old}};
    engine_.clear_journal();
    return change;
  }

  static Result<void> healthy(const ContainerId& /*container*/) { return {}; }

  void expect_old_serves() {
    ASSERT_EQ(engine_.containers().size(), 2U);
    EXPECT_EQ(engine_.container("old")->state, RunState::Running);
    EXPECT_FALSE(engine_.container("new-routed"));
  }
};

TEST_F(DirectSwap, PutsATwinOfTheCandidateOnThePort) {
  const auto switched = router_.switch_to(change(), healthy, {});
  ASSERT_TRUE(switched);
  EXPECT_THAT(switched->serving, ElementsAre(engine_.container("new-routed")->id));
  const auto twin = engine_.spec("new-routed");
  EXPECT_EQ(twin->host_port, kPort);
  EXPECT_EQ(twin->host_address, "127.0.0.1");
  EXPECT_EQ(twin->internal_port, 8000);
  EXPECT_EQ(twin->env.at("PORT"), "8000");
  EXPECT_EQ(twin->labels.at("minpaas.app"), "blog");
}

TEST_F(DirectSwap, StopsTheOldOneOnlyForTheStartOfTheTwin) {
  ASSERT_TRUE(router_.switch_to(change(), healthy, {}));
  EXPECT_THAT(engine_.journal(),
              ElementsAre("create new-routed", "stop old", "start new-routed",
                          "restart_policy new-routed unless-stopped", "stop new", "remove new"));
}

TEST_F(DirectSwap, LeavesTheOldOneToBeRetired) {
  ASSERT_TRUE(router_.switch_to(change(), healthy, {}));
  EXPECT_EQ(engine_.container("old")->state, RunState::Exited);
}

TEST_F(DirectSwap, WorksForTheFirstRelease) {
  const RouteChange first{app_, ReleaseNumber(1), kPort, {start("new")}, {}};
  EXPECT_TRUE(router_.switch_to(first, healthy, {}));
  EXPECT_FALSE(engine_.container("new"));
}

TEST_F(DirectSwap, KeepsFurtherCandidatesRunning) {
  auto two = change();
  two.candidates.push_back(start("new-2"));
  const auto switched = router_.switch_to(two, healthy, {});
  ASSERT_TRUE(switched);
  EXPECT_THAT(switched->serving,
              ElementsAre(engine_.container("new-routed")->id, two.candidates[1].container));
}

TEST_F(DirectSwap, OfNoWebProcessChangesNothing) {
  const auto switched = router_.switch_to({app_, ReleaseNumber(1), kPort, {}, {}}, healthy, {});
  ASSERT_TRUE(switched);
  EXPECT_TRUE(switched->serving.empty());
}

TEST_F(DirectSwap, BringsTheOldOneBackWhenTheTwinDoesNotAnswer) {
  const auto switched =
      router_.switch_to(change(),
                        [](const ContainerId&) -> Result<void> {
                          return Error{ErrorCode::Failed, "web.1 exited with status 1", "", ""};
                        },
                        {});
  ASSERT_FALSE(switched);
  EXPECT_EQ(switched.error().message, "web.1 exited with status 1");
  expect_old_serves();
}

TEST_F(DirectSwap, TouchesNothingWhenTheTwinCannotBeMade) {
  const auto wanted = change();
  engine_.fail_next(EngineCall::Create, {ErrorCode::NoSpace, "the disk is full", "", ""});
  EXPECT_FALSE(router_.switch_to(wanted, healthy, {}));
  EXPECT_THAT(engine_.journal(), ElementsAre("create new-routed"));
  expect_old_serves();
}

TEST_F(DirectSwap, BringsTheOldOneBackWhateverCallFails) {
  for (const auto call : {EngineCall::Stop, EngineCall::Start, EngineCall::SetRestartPolicy}) {
    const auto wanted = change();
    engine_.fail_next(call, {ErrorCode::Failed, "refused", "", ""});
    const auto switched = router_.switch_to(wanted, healthy, {});
    ASSERT_FALSE(switched);
    EXPECT_EQ(switched.error().message, "refused");
    expect_old_serves();
    for (const auto& container : engine_.containers()) {
      ASSERT_TRUE(engine_.remove_container(container.id));
    }
  }
}

TEST_F(DirectSwap, NamesThePortThatAnotherProgramHas) {
  const RouteChange first{app_, ReleaseNumber(1), kPort, {start("new")}, {}};
  engine_.occupy_port(kPort);
  const auto switched = router_.switch_to(first, healthy, {});
  ASSERT_FALSE(switched);
  EXPECT_EQ(switched.error().code, ErrorCode::Conflict);
  EXPECT_EQ(switched.error().message, "port 10123 of this host is taken by another program");
  EXPECT_THAT(switched.error().hint, HasSubstr("10123"));
  EXPECT_FALSE(engine_.container("new-routed"));
}

TEST_F(DirectSwap, SaysWhenTheOldOneDoesNotComeBack) {
  const auto wanted = change();
  engine_.before(EngineCall::Start, [&](const std::string&) { engine_.occupy_port(kPort); });
  const auto switched = router_.switch_to(wanted, healthy, {});
  ASSERT_FALSE(switched);
  EXPECT_THAT(switched.error().message, HasSubstr("the old release could not be started again"));
}

TEST_F(DirectSwap, SucceedsEvenIfTheCandidateCannotBeRemoved) {
  const auto wanted = change();
  engine_.fail_next(EngineCall::Remove, {ErrorCode::Failed, "busy", "", ""});
  EXPECT_TRUE(router_.switch_to(wanted, healthy, {}));
}

TEST_F(DirectSwap, ThatIsCancelledBeforehandTouchesNothing) {
  std::stop_source source;
  source.request_stop();
  const auto switched = router_.switch_to(change(), healthy, source.get_token());
  ASSERT_FALSE(switched);
  EXPECT_EQ(switched.error().code, ErrorCode::Cancelled);
  expect_old_serves();
}

TEST_F(DirectSwap, IsRestoredAfterTheEngineLostItsContainers) {
  const auto serving = start("old", kPort).container;
  engine_.lose_containers();
  ASSERT_TRUE(router_.restore({app_, kPort, 0, {serving}}));
  EXPECT_EQ(engine_.container("old")->state, RunState::Running);
}

TEST_F(DirectSwap, CannotBeRestoredWithoutItsContainer) {
  const auto serving = start("old", kPort).container;
  ASSERT_TRUE(engine_.remove_container(serving));
  EXPECT_EQ(router_.restore({app_, kPort, 0, {serving}}).error().code, ErrorCode::NotFound);
}

TEST(DirectUrl, HasDomainAndPort) {
  FakeEngine engine;
  const DirectRouter router(engine, {.domain = "apps.example"});
  EXPECT_EQ(router.url(*AppName::parse("blog"), kPort), "http://apps.example:10123");
}

}  // namespace
}  // namespace minpaas::router
