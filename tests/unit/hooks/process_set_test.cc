#include "hooks/containers/process_set.h"

#include <gmock/gmock.h>

#include <atomic>

#include "hooks/programs/one_off.h"
#include "tests/support/fake_engine.h"
#include "tests/support/releases.h"

namespace minpaas::hooks {
namespace {

using test::EngineCall;
using test::FakeEngine;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

Release release_with_workers(const ImageId& image) {
  auto release = test::make_release("blog", 3, image);
  const auto worker = *ProcessType::parse("worker");
  release.processes.emplace(worker, "python work.py");
  release.formation.emplace(worker, 2);
  return release;
}

class ProcessSet : public testing::Test {
 protected:
  FakeEngine engine_;
  Release release_ = release_with_workers(engine_.add_image("blog"));
  ContainerPolicy policy_{"0123456789abcdef", {}};

  std::vector<PlannedProcess> plan(const ConfigVars& config = {}) {
    return plan_processes(release_, config, 17, policy_);
  }
};

TEST_F(ProcessSet, PlansAContainerForEachUnitOfTheFormation) {
  const auto plans = plan();
  ASSERT_THAT(plans, SizeIs(3));
  EXPECT_EQ(plans[0].spec.name, "minpaas-blog-web-1-v3-d17-012345");
  EXPECT_EQ(plans[2].spec.name, "minpaas-blog-worker-2-v3-d17-012345");
  EXPECT_EQ(plans[2].spec.command, "exec python work.py");
}

TEST_F(ProcessSet, NamesAllContainersOfARenamedAppByItsLabel) {
  release_.app = *AppName::parse("shop");
  policy_.label = "blog";
  EXPECT_EQ(plan()[0].spec.name, "minpaas-blog-web-1-v3-d17-012345");
  OneOffs one_offs;
  EXPECT_EQ(one_offs.begin(release_, "ls", 5, policy_)->get().name,
            "minpaas-blog-run-1-v3-5-012345");
}

TEST_F(ProcessSet, LabelsEachContainerWithAllThatTellsItsOwner) {
  EXPECT_THAT(
      plan()[0].spec.labels,
      UnorderedElementsAre(Pair("minpaas.app", "blog"), Pair("minpaas.release", "v3"),
                           Pair("minpaas.process", "web.1"),
                           Pair("minpaas.instance", "0123456789abcdef"), Pair("minpaas.port", ""),
                           Pair("minpaas.protocol", ""), Pair("minpaas.deploy", "17")));
}

TEST_F(ProcessSet, GivesConfigAndThePlatformsPort) {
  ConfigVars config;
  config.emplace(*ConfigKey::parse("GREETING"), Secret("two\nlines"));
  EXPECT_THAT(plan(config)[0].spec.env,
              UnorderedElementsAre(Pair("GREETING", "two\nlines"), Pair("PORT", "8000")));
}

TEST_F(ProcessSet, PublishesNothing) {
  for (const auto& plan : plan()) {
    EXPECT_EQ(plan.spec.host_port, 0);
  }
}

TEST_F(ProcessSet, AppliesTheLimits) {
  policy_.limits = {.memory_bytes = 64 << 20, .cpus = 0.5, .pids = 20};
  const auto spec = plan()[0].spec;
  EXPECT_EQ(spec.memory_bytes, 64 << 20);
  EXPECT_EQ(spec.cpus, 0.5);
  EXPECT_EQ(spec.pids, 20);
}

TEST_F(ProcessSet, AWebProcessWithoutCommandRunsTheImagesOwn) {
  release_.processes.clear();
  const auto plans = plan();
  ASSERT_THAT(plans, SizeIs(1));
  EXPECT_EQ(plans[0].spec.command, "");
}

TEST_F(ProcessSet, TellsOfEachContainerBeforeItIsStarted) {
  Guarded<std::vector<std::string>> seen;
  const auto started = start_processes(engine_, plan(), [&](const StartedProcess& process) {
    const auto details = engine_.inspect_container(process.container);
    EXPECT_EQ(details->state, docker::RunState::Created);
    seen.with([&](auto& names) {
      names.push_back(process_name(process.plan.process, process.plan.index));
    });
    return Result<void>();
  });
  ASSERT_TRUE(started);
  ASSERT_THAT(*started, SizeIs(3));
  EXPECT_EQ(started->back().plan.spec.name, plan().back().spec.name);
  EXPECT_THAT(seen.with([](const auto& names) { return names; }),
              UnorderedElementsAre("web.1", "worker.1", "worker.2"));
}

TEST_F(ProcessSet, IsStartedSeveralAtATimeButNotAll) {
  release_.formation[*ProcessType::parse("worker")] = 20;
  Guarded<int> arrived;
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  engine_.before(EngineCall::Start, [&](const std::string&) {
    const int now = ++running;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
    }
    arrived.update([](int& count) { ++count; });
    const auto two = [](int count) { return count >= 2; };
    arrived.wait_until(std::chrono::steady_clock::now() + seconds(30), {}, two, two);
    --running;
  });
  const auto started = start_processes(engine_, plan(), nullptr);
  ASSERT_TRUE(started);
  EXPECT_THAT(*started, SizeIs(21));
  EXPECT_GT(most, 1);
  EXPECT_LT(most, 10);
}

TEST_F(ProcessSet, BeginsNoOtherOnceOneHasFailed) {
  release_.formation[*ProcessType::parse("worker")] = 60;
  engine_.fail_next(EngineCall::Start, {ErrorCode::NoSpace, "the disk is full", "", ""});
  ASSERT_FALSE(start_processes(engine_, plan(), nullptr));
  EXPECT_THAT(engine_.containers(), IsEmpty());
  int created = 0;
  for (const std::string& call : engine_.journal()) {
    created += call.starts_with("create ") ? 1 : 0;
  }
  EXPECT_LT(created, 61);
}

TEST_F(ProcessSet, IsRemovedAsAWholeWhenOneCannotBeStarted) {
  engine_.before(EngineCall::Start, [&](const std::string& name) {
    if (name.find("worker-2") != std::string::npos) {
      engine_.fail_next(EngineCall::Start, {ErrorCode::NoSpace, "the disk is full", "", ""});
    }
  });
  const auto started = start_processes(engine_, plan(), nullptr);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::NoSpace);
  EXPECT_THAT(started.error().message, HasSubstr("worker.2"));
  EXPECT_THAT(engine_.containers(), IsEmpty());
}

TEST_F(ProcessSet, IsRemovedWhenItCannotBeRecorded) {
  const auto started = start_processes(engine_, plan(), [](const StartedProcess&) -> Result<void> {
    return Error{ErrorCode::Unavailable, "the database is locked", "", ""};
  });
  ASSERT_FALSE(started);
  EXPECT_THAT(engine_.containers(), IsEmpty());
}

TEST_F(ProcessSet, IsStoppedAllAtOnceAndToTheEnd) {
  const auto started = start_processes(engine_, plan(), nullptr);
  std::vector<docker::ContainerId> containers;
  for (const StartedProcess& process : *started) {
    containers.push_back(process.container);
  }
  Guarded<int> arrived;
  std::atomic<int> met = 0;
  engine_.before(EngineCall::Stop, [&](const std::string&) {
    arrived.update([](int& count) { ++count; });
    const auto all = [](int count) { return count == 3; };
    met += arrived.wait_until(std::chrono::steady_clock::now() + seconds(30), {}, all, all) ? 1 : 0;
  });
  engine_.fail_next(EngineCall::Stop, {ErrorCode::Timeout, "it does not end", "", ""});
  const auto stopped = stop_all(engine_, containers, seconds(10));
  EXPECT_EQ(met, 3) << "each stop waits for the others to be asked";
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::Timeout);
  EXPECT_EQ(std::ranges::count(engine_.containers(), docker::RunState::Exited,
                               &docker::ContainerDetails::state),
            2)
      << "the others are stopped all the same";
}

TEST_F(ProcessSet, NeverShowsAConfigValueInAnError) {
  ConfigVars config;
  config.emplace(*ConfigKey::parse("TOKEN"), Secret("s3cr3t"));
  engine_.fail_next(EngineCall::Create, {ErrorCode::Failed, "bad parameter", "", ""});
  const auto started = start_processes(engine_, plan(config), nullptr);
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().for_log(), testing::Not(HasSubstr("s3cr3t")));
}

}  // namespace
}  // namespace minpaas::hooks
