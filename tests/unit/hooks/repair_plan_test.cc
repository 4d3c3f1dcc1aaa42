#include "hooks/supervision/repair_plan.h"

#include <gmock/gmock.h>

#include "tests/support/releases.h"

namespace minpaas::hooks {
namespace {

using docker::ContainerDetails;
using docker::ContainerId;
using docker::RunState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

constexpr std::string_view kInstance = "this-server";

class RepairPlan : public testing::Test {
 protected:
  RepairPlan() {
    AppRows rows{.app = *AppName::parse("blog"),
                 .port = 10001,
                 .live = test::make_release("blog", 2, {"sha256:1"}),
                 .containers = {}};
    apps_.push_back(std::move(rows));
  }

  AppRows& blog() { return apps_.front(); }

  /// A container of `blog` as our server makes it.
  ContainerDetails& put(const std::string& id, RunState state = RunState::Running) {
    ContainerDetails container;
    container.id = {id};
    container.state = state;
    container.labels = {{"minpaas.app", "blog"},
                        {"minpaas.port", "10001"},
                        {"minpaas.instance", std::string(kInstance)},
                        {"minpaas.deploy", "7"}};
    return present_.emplace_back(std::move(container));
  }

  void put_row(const std::string& id, int release = 2,
               const ProcessType& process = ProcessType::web()) {
    blog().containers.push_back(
        {.id = id, .app = blog().app, .release = ReleaseNumber(release), .process = process});
  }

  Repairs plan() {
    return plan_repairs(apps_, present_,
                        {std::string(kInstance), publishes_ports_, unfinished_, crashed_});
  }

  std::vector<AppRows> apps_;
  std::vector<ContainerDetails> present_;
  bool publishes_ports_ = true;
  std::set<std::int64_t> unfinished_;
  std::set<ContainerId> crashed_;
};

TEST_F(RepairPlan, MakesAnewWhatARouterOfTheOtherKindServed) {
  put("a");
  put_row("a");
  publishes_ports_ = false;
  auto repairs = plan();
  EXPECT_THAT(repairs.remove, ElementsAre(ContainerId{"a"}));
  EXPECT_THAT(repairs.forget, ElementsAre("a"));
  EXPECT_THAT(repairs.apps[0].recreate, ElementsAre(Pair(ProcessType::web(), 1)));

  present_[0].labels.erase("minpaas.port");
  EXPECT_THAT(plan().remove, IsEmpty());
  publishes_ports_ = true;
  repairs = plan();
  EXPECT_THAT(repairs.remove, ElementsAre(ContainerId{"a"}));
  EXPECT_THAT(repairs.apps[0].recreate, ElementsAre(Pair(ProcessType::web(), 1)));
}

TEST_F(RepairPlan, OfAHealthyAppIsEmpty) {
  put("a");
  put_row("a");
  const auto repairs = plan();
  EXPECT_THAT(repairs.remove, IsEmpty());
  EXPECT_THAT(repairs.forget, IsEmpty());
  ASSERT_THAT(repairs.apps, SizeIs(1));
  EXPECT_THAT(repairs.apps[0].start, IsEmpty());
  EXPECT_THAT(repairs.apps[0].recreate, IsEmpty());
  EXPECT_THAT(repairs.apps[0].web, ElementsAre(ContainerId{"a"}));
  EXPECT_EQ(repairs.apps[0].port, 10001);
}

TEST_F(RepairPlan, StartsWhatDoesNotRun) {
  put("a", RunState::Exited);
  put_row("a");
  EXPECT_THAT(plan().apps[0].start, ElementsAre(ContainerId{"a"}));
}

TEST_F(RepairPlan, OfAStoppedAppStopsWhatRunsAndKeepsIt) {
  blog().stopped = true;
  put("a");
  put_row("a");
  const auto repairs = plan();
  EXPECT_THAT(repairs.stop, ElementsAre(testing::Field(&StopRepair::container, ContainerId{"a"})));
  EXPECT_THAT(repairs.remove, IsEmpty());
  EXPECT_THAT(repairs.apps, IsEmpty());
}

TEST_F(RepairPlan, LeavesAContainerAloneThatTheEngineStartsAgain) {
  put("a", RunState::Restarting);
  put_row("a");
  EXPECT_THAT(plan().apps[0].start, IsEmpty());
}

TEST_F(RepairPlan, MakesAnewWhatIsMissing) {
  put_row("gone");
  const auto repairs = plan();
  EXPECT_THAT(repairs.forget, ElementsAre("gone"));
  EXPECT_THAT(repairs.apps[0].recreate, ElementsAre(Pair(ProcessType::web(), 1)));
}

TEST_F(RepairPlan, MakesNothingForATypeThatHasNoCommand) {
  blog().live->formation.emplace(*ProcessType::parse("old-worker"), 1);
  put("a");
  put_row("a");
  EXPECT_THAT(plan().apps[0].recreate, IsEmpty());
}

TEST_F(RepairPlan, RemovesWhatBelongsToNoLiveRelease) {
  put("a");
  put_row("a");
  put("superseded");
  put_row("superseded", 1);
  put("without-row");
  const auto repairs = plan();
  EXPECT_THAT(repairs.remove, ElementsAre(ContainerId{"superseded"}, ContainerId{"without-row"}));
  EXPECT_THAT(repairs.forget, ElementsAre("superseded"));
}

TEST_F(RepairPlan, RemovesWhatBelongsToAnAppThatIsGone) {
  put("a").labels["minpaas.app"] = "destroyed";
  EXPECT_THAT(plan().remove, ElementsAre(ContainerId{"a"}));
}

TEST_F(RepairPlan, NeverRemovesWhatIsNotOfThisServer) {
  put("other-server").labels["minpaas.instance"] = "another";
  put("no-instance").labels.erase("minpaas.instance");
  put("no-app").labels.erase("minpaas.app");
  put("foreign").labels.clear();
  EXPECT_THAT(plan().remove, IsEmpty());
}

TEST_F(RepairPlan, NeverRemovesAnythingWithoutAnInstance) {
  put("no-instance").labels.erase("minpaas.instance");
  put("empty-instance").labels["minpaas.instance"] = "";
  EXPECT_THAT(plan_repairs(apps_, present_, {}).remove, IsEmpty());
}

TEST_F(RepairPlan, LeavesTheContainersOfAnUnfinishedDeploy) {
  put("starting").labels["minpaas.app"] = "destroyed";
  unfinished_ = {7};
  EXPECT_THAT(plan().remove, IsEmpty());
}

TEST_F(RepairPlan, TouchesNothingOfABusyApp) {
  put("candidate");
  put("a", RunState::Exited);
  put_row("a");
  put_row("gone");
  blog().busy = true;
  const auto repairs = plan();
  EXPECT_THAT(repairs.remove, IsEmpty());
  EXPECT_THAT(repairs.forget, IsEmpty());
  EXPECT_THAT(repairs.apps, IsEmpty());
}

TEST_F(RepairPlan, StartsNothingOfAStoppedApp) {
  put("a", RunState::Exited);
  put_row("a");
  put("leftover");
  blog().stopped = true;
  const auto repairs = plan();
  EXPECT_THAT(repairs.apps, IsEmpty());
  EXPECT_THAT(repairs.remove, ElementsAre(ContainerId{"leftover"}));
}

TEST_F(RepairPlan, StartsNothingThatWasStoppedForCrashing) {
  put("a", RunState::Exited);
  put_row("a");
  crashed_ = {ContainerId{"a"}};
  const auto repairs = plan();
  EXPECT_THAT(repairs.apps[0].start, IsEmpty());
  EXPECT_THAT(repairs.apps[0].web, IsEmpty());
  EXPECT_THAT(repairs.apps[0].recreate, IsEmpty());
  EXPECT_THAT(repairs.remove, IsEmpty());
}

TEST_F(RepairPlan, KeepsTheOneThatRunsOfTwoForTheSameUnit) {
  for (const bool first_runs : {true, false}) {
    present_.clear();
    blog().containers.clear();
    put("a", first_runs ? RunState::Running : RunState::Exited);
    put("b", first_runs ? RunState::Exited : RunState::Running);
    put_row("a");
    put_row("b");
    const auto repairs = plan();
    EXPECT_THAT(repairs.remove, ElementsAre(ContainerId{first_runs ? "b" : "a"}));
    EXPECT_THAT(repairs.apps[0].web, ElementsAre(ContainerId{first_runs ? "a" : "b"}));
  }
}

TEST_F(RepairPlan, KeepsWorkersOutOfTheRoute) {
  const auto worker = *ProcessType::parse("worker");
  blog().live->processes.emplace(worker, "work");
  blog().live->formation.emplace(worker, 1);
  put("a");
  put_row("a");
  put("w", RunState::Exited);
  put_row("w", 2, worker);
  const auto repairs = plan();
  EXPECT_THAT(repairs.apps[0].web, ElementsAre(ContainerId{"a"}));
  EXPECT_THAT(repairs.apps[0].start, ElementsAre(ContainerId{"w"}));
}

}  // namespace
}  // namespace minpaas::hooks
