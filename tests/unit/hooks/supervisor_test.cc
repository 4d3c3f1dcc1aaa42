#include "hooks/supervision/supervisor.h"

#include <gmock/gmock.h>

#include <atomic>
#include <stdexcept>

#include "tests/support/fake_engine.h"

namespace minpaas::hooks {
namespace {

using docker::ContainerId;
using docker::RunState;
using test::EngineCall;
using test::FakeEngine;
using testing::Contains;
using testing::ElementsAre;

class Supervision : public testing::Test {
 protected:
  void start() { supervisor_.start(); }

  ContainerId run_container(const std::string& name, const std::string& instance,
                            const std::string& one_off = "") {
    docker::ContainerSpec spec;
    spec.name = name;
    spec.image = image_;
    spec.labels = {{"minpaas.app", "blog"},
                   {"minpaas.release", "v7"},
                   {"minpaas.process", "web.1"},
                   {"minpaas.instance", instance},
                   {"minpaas.one-off", one_off}};
    const auto id = *engine_.create_container(spec);
    EXPECT_TRUE(engine_.set_restart_policy(id, docker::RestartPolicy::UnlessStopped));
    EXPECT_TRUE(engine_.start_container(id));
    return id;
  }

  bool wait_for_reconciliations(int count) {
    return reconciled_.wait_until(
        std::chrono::steady_clock::now() + seconds(30), {}, [&](int seen) { return seen >= count; },
        [&](int seen) { return seen >= count; });
  }

  /// Waits until the engine was asked to stop a container.
  bool wait_for_stop() {
    return stopped_.wait_until(
        std::chrono::steady_clock::now() + seconds(30), {}, [](bool done) { return done; },
        [](bool done) { return done; });
  }

  void count_version_calls() {
    engine_.before(EngineCall::Version,
                   [this](const std::string&) { asked_.update([](int& count) { ++count; }); });
  }

  bool wait_for_version_calls(int least) {
    const auto enough = [&](int count) { return count >= least; };
    return asked_.wait_until(std::chrono::steady_clock::now() + seconds(30), {}, enough, enough);
  }

  void crash(const ContainerId& id, int times) {
    for (int i = 0; i < times; ++i) {
      engine_.end_container(id, 1);
    }
  }

  std::vector<std::string> recorded(std::size_t least) {
    return record_.wait_until(
        std::chrono::steady_clock::now() + seconds(30), {},
        [&](const auto& rows) { return rows.size() >= least; },
        [](const auto& rows) { return rows; });
  }

  RealClock clock_;
  FakeEngine engine_;
  ImageId image_ = engine_.add_image("blog");
  Guarded<int> reconciled_;
  Guarded<std::vector<std::string>> moved_;
  Guarded<std::vector<std::string>> told_;
  Guarded<std::vector<std::string>> record_;
  Guarded<bool> stopped_;
  Guarded<int> asked_;
  std::atomic<bool> settles_ = true;
  std::atomic<bool> throws_ = false;
  Supervisor supervisor_{
      engine_,
      clock_,
      {.instance = "this-server", .first_retry = milliseconds(1), .last_retry = milliseconds(10)},
      [this](const std::stop_token&) {
        reconciled_.update([](int& count) { ++count; });
        if (throws_) {
          throw std::logic_error("a bug");
        }
        return settles_.load();
      },
      [this](const ContainerId& container) {
        moved_.update([&](auto& moved) { moved.push_back(container.value); });
      },
      [this](const std::string& label, const std::string& text) {
        told_.update([&](auto& told) { told.push_back(label + ": " + text); });
      },
      [this](const std::string& label, const Deed& deed) {
        record_.update([&](auto& record) {
          record.push_back(label + ": " + deed.action + " " + deed.detail + ": " + deed.result);
        });
      }};
};

TEST_F(Supervision, PutsOnRecordThatAProcessWasStartedAgainOnceAMinute) {
  const auto id = run_container("blog-web-1", "this-server");
  const auto one_off = run_container("blog-run-1", "this-server", "1");
  start();
  ASSERT_TRUE(wait_for_reconciliations(1));
  crash(one_off, 1);
  crash(id, 2);
  // What follows is told after the starts.
  ASSERT_TRUE(engine_.stop_container(id, seconds(0)));
  ASSERT_TRUE(wait_for_reconciliations(2));
  EXPECT_THAT(recorded(1), ElementsAre("blog: ps:restart web.1 had ended by itself: ok"));
}

TEST_F(Supervision, PutsOnRecordThatItStopsACrashLoop) {
  start();
  ASSERT_TRUE(wait_for_reconciliations(1));
  crash(run_container("web", "this-server"), HealthBook::kCrashes);
  EXPECT_THAT(recorded(2), ElementsAre("blog: ps:restart web.1 had ended by itself: ok",
                                       "blog: ps:stop web.1 ends again and again: ok"));
}

TEST_F(Supervision, TellsTheAppWhatBecomesOfItsProcesses) {
  const auto id = run_container("blog-web-1", "this-server");
  start();
  ASSERT_TRUE(wait_for_reconciliations(1));
  engine_.end_container(id, 3);
  const auto told = told_.wait_until(
      std::chrono::steady_clock::now() + seconds(30), {},
      [](const auto& lines) { return lines.size() >= 2; }, [](const auto& lines) { return lines; });
  EXPECT_THAT(told, testing::ElementsAre("blog: web.1 of v7 has ended by itself with status 3",
                                         "blog: web.1 of v7 has started"));
}

TEST_F(Supervision, TellsNothingOfWhatSomeoneSitsInFrontOf) {
  const auto id = run_container("blog-run-1", "this-server", "1");
  start();
  ASSERT_TRUE(wait_for_reconciliations(1));
  engine_.end_container(id, 3);
  engine_.end_container(run_container("blog-web-1", "this-server"), 4);
  const auto told = told_.wait_until(
      std::chrono::steady_clock::now() + seconds(30), {},
      [](const auto& lines) { return lines.size() >= 2; }, [](const auto& lines) { return lines; });
  EXPECT_THAT(told, testing::Each(testing::HasSubstr("web.1")));
}

TEST_F(Supervision, ReconcilesAtTheStart) {
  start();
  EXPECT_TRUE(wait_for_reconciliations(1));
}

TEST_F(Supervision, ReconcilesAgainUntilNothingIsLeft) {
  settles_ = false;
  start();
  EXPECT_TRUE(wait_for_reconciliations(4));
}

TEST_F(Supervision, TellsWhereAWebContainerHasMoved) {
  const auto id = run_container("blog-web-1", "this-server");
  start();
  ASSERT_TRUE(wait_for_reconciliations(1));
  engine_.end_container(id, 1);
  const std::string& told = id.value;
  // Once for its end, once for its new start.
  EXPECT_TRUE(moved_.wait_until(
      std::chrono::steady_clock::now() + seconds(30), {},
      [](const auto& moved) { return moved.size() >= 2; },
      [&](const auto& moved) { return std::count(moved.begin(), moved.end(), told) >= 2; }));
}

TEST_F(Supervision, OutlivesABugInTheReconciliation) {
  throws_ = true;
  start();
  EXPECT_TRUE(wait_for_reconciliations(3));
}

TEST_F(Supervision, ReconcilesWhenTheEngineIsBack) {
  start();
  ASSERT_TRUE(wait_for_reconciliations(1));
  count_version_calls();
  engine_.go_down();
  ASSERT_TRUE(wait_for_version_calls(1));
  EXPECT_FALSE(supervisor_.engine_answers());
  engine_.come_up();
  EXPECT_TRUE(wait_for_reconciliations(2));
}

TEST_F(Supervision, WaitsForAnEngineThatIsNotThereYet) {
  engine_.go_down();
  count_version_calls();
  start();
  ASSERT_TRUE(wait_for_version_calls(3));
  EXPECT_FALSE(supervisor_.engine_answers());
  EXPECT_EQ(reconciled_.with([](int count) { return count; }), 0);
  engine_.come_up();
  EXPECT_TRUE(wait_for_reconciliations(1));
}

TEST_F(Supervision, ReconcilesWhenAContainerVanishes) {
  const auto id = run_container("web", "this-server");
  start();
  ASSERT_TRUE(wait_for_reconciliations(1));
  ASSERT_TRUE(engine_.remove_container(id));
  EXPECT_TRUE(wait_for_reconciliations(2));
}

TEST_F(Supervision, ReconcilesWhenAContainerEnds) {
  const auto id = run_container("blog-web-1", "this-server");
  start();
  ASSERT_TRUE(wait_for_reconciliations(1));
  ASSERT_TRUE(engine_.stop_container(id, seconds(0)));
  EXPECT_TRUE(wait_for_reconciliations(2));
}

TEST_F(Supervision, StopsAContainerThatCrashesAgainAndAgain) {
  engine_.before(EngineCall::Stop,
                 [this](const std::string&) { stopped_.update([](bool& done) { done = true; }); });
  start();
  ASSERT_TRUE(wait_for_reconciliations(1));
  const auto id = run_container("web", "this-server");
  crash(id, HealthBook::kCrashes);
  ASSERT_TRUE(wait_for_stop());
  EXPECT_THAT(supervisor_.crashed(), ElementsAre(id));
  EXPECT_TRUE(supervisor_.health(id)->crashed);
}

TEST_F(Supervision, LeavesContainersOfAnotherServerAlone) {
  engine_.before(EngineCall::Stop,
                 [this](const std::string&) { stopped_.update([](bool& done) { done = true; }); });
  start();
  ASSERT_TRUE(wait_for_reconciliations(1));
  const auto foreign = run_container("theirs", "another-server");
  crash(foreign, 2 * HealthBook::kCrashes);
  const auto ours = run_container("ours", "this-server");
  crash(ours, HealthBook::kCrashes);
  ASSERT_TRUE(wait_for_stop());
  EXPECT_THAT(supervisor_.crashed(), ElementsAre(ours));
  EXPECT_FALSE(supervisor_.health(foreign));
}

}  // namespace
}  // namespace minpaas::hooks
