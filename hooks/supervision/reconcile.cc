#include "hooks/supervision/reconcile.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.h"
#include "hooks/containers/ownership.h"

namespace minpaas::hooks {
namespace {

using docker::ContainerId;

/// Marks what no deploy has made.
constexpr std::int64_t kNoDeploy = 0;
/// What belongs to nothing gets this long to end; the start of the server waits for it.
constexpr seconds kLeftoverGrace{10};

state::ContainerRow row_of(const Release& release, const PlannedProcess& plan,
                           const ContainerId& container) {
  return {.id = container.value,
          .app = release.app,
          .release = release.number,
          .process = plan.process,
          .index = plan.index};
}

/// The apps that are kept from deploying; gives back each one when asked to, the rest at its end.
class Holds {
 public:
  explicit Holds(const ReconcileView& view) : view_(view) {}

  Holds(const Holds&) = delete;
  Holds& operator=(const Holds&) = delete;

  ~Holds() {
    while (!held_.empty()) {
      give_back(AppName(*held_.begin()));
    }
  }

  void take(const AppName& app) {
    if (!view_.hold || view_.hold(app)) {
      held_.insert(app);
    }
  }

  void give_back(const AppName& app) {
    if (held_.erase(app) > 0 && view_.done) {
      view_.done(app);
    }
  }

  [[nodiscard]] const std::set<AppName>& held() const { return held_; }

 private:
  const ReconcileView& view_;
  std::set<AppName> held_;
};

}  // namespace

Result<ReconcileReport> Reconciler::run(const ReconcileView& view, std::stop_token stop) {
  // Held before anything is looked at: what is seen then stays so until it is repaired.
  Holds holds(view);
  for (const state::AppRow& app : TRY(stores_.apps.list())) {
    holds.take(app.name);
  }
  ReconcileReport report;
  const Repairs repairs = TRY(look(holds.held(), view, report));
  // Leftovers go first: they may hold a port. Then what only has to be started, for all apps,
  // before anything that takes a check.
  TRY(remove(repairs, report));
  for (const AppRepair& repair : repairs.apps) {
    const auto done = start(repair, report);
    if (!done) {
      report.failures.push_back(done.error().with_context(repair.app.str()).for_log());
    }
    if (repair.recreate.empty() && !router_.holds(repair.app)) {
      holds.give_back(repair.app);
    }
  }
  for (const AppRepair& repair : repairs.apps) {
    if (stop.stop_requested()) {
      return Error{ErrorCode::Cancelled, "the reconciliation was cancelled", "", ""};
    }
    const auto done = recreate(repair, report, stop);
    if (!done) {
      report.failures.push_back(done.error().with_context(repair.app.str()).for_log());
    }
    // An app that was given back is in the hands of its deploys, which hold requests as well.
    if (holds.held().contains(repair.app) && router_.holds(repair.app)) {
      let_go(repair, stop);
    }
    holds.give_back(repair.app);
  }
  return report;
}

Result<Repairs> Reconciler::look(const std::set<AppName>& held, const ReconcileView& view,
                                 ReconcileReport& report) {
  auto present = TRY(own_containers(engine_, policy_.instance, {}));
  if (view.is_attended) {
    std::erase_if(present, view.is_attended);
  }
  // Read after the containers: the deploy of each that was seen is in the journal by now.
  const auto unfinished = TRY(stores_.deploys.unfinished());
  const auto rows = TRY(read_rows(held, unfinished));
  std::set<std::int64_t> deploys;
  for (const state::DeployRow& deploy : unfinished) {
    deploys.insert(deploy.id);
  }
  for (const AppRows& app : rows) {
    if (app.busy) {
      report.skipped.push_back(app.app);
    }
  }
  return plan_repairs(rows, present,
                      {policy_.instance, router_.publishes_ports(), deploys, view.crashed});
}

Result<std::vector<AppRows>> Reconciler::read_rows(
    const std::set<AppName>& held, const std::vector<state::DeployRow>& unfinished) {
  std::vector<AppRows> all;
  for (const state::AppRow& app : TRY(stores_.apps.list())) {
    // TRY inside the braces would leak the members before it (g++ 12) when it returns.
    auto live = TRY(stores_.releases.live(app.name));
    auto containers = TRY(stores_.containers.of_app(app.name));
    AppRows rows{.app = app.name,
                 .port = app.port,
                 .stopped = app.stopped,
                 .live = std::move(live),
                 .containers = std::move(containers),
                 .label = app.label,
                 .stop_timeout = app.stop_timeout};
    // A deploy that waits has made nothing yet, but it holds its app's turn.
    rows.busy = !held.contains(app.name) ||
                std::ranges::any_of(unfinished, [&](const state::DeployRow& deploy) {
                  return deploy.app == app.name;
                });
    all.push_back(std::move(rows));
  }
  return all;
}

Result<void> Reconciler::remove(const Repairs& repairs, ReconcileReport& report) {
  for (const ContainerId& container : repairs.remove) {
    const auto removed = remove_leftover(container);
    if (!removed && removed.error().code == ErrorCode::Unavailable) {
      return removed;
    }
    if (!removed) {
      report.failures.push_back(
          removed.error().with_context("leftover " + container.value).for_log());
      continue;
    }
    ++report.removed;
  }
  for (const StopRepair& repair : repairs.stop) {
    TRY(engine_.stop_container(repair.container,
                               repair.stop_timeout.value_or(policy_.limits.stop_timeout)));
  }
  for (const std::string& id : repairs.forget) {
    TRY(stores_.containers.remove(id));
  }
  return {};
}

Result<void> Reconciler::remove_leftover(const ContainerId& container) {
  // Told to end first: it may be a release that served until the server crashed.
  const auto stopped =
      engine_.stop_container(container, std::min(policy_.limits.stop_timeout, kLeftoverGrace));
  if (!stopped) {
    log::warn("leftover {} does not stop: {}", container.value, stopped.error().for_log());
  }
  return engine_.remove_container(container);
}

Result<void> Reconciler::start(const AppRepair& repair, ReconcileReport& report) {
  for (const ContainerId& container : repair.start) {
    if (std::ranges::find(repair.web, container) == repair.web.end()) {
      TRY(engine_.start_container(container));
      TRY(engine_.set_restart_policy(container, docker::RestartPolicy::UnlessStopped));
    }
  }
  if (!repair.web.empty()) {
    TRY(router_.restore({repair.app, repair.port, repair.live.internal_port, repair.web}));
  }
  report.started += static_cast<int>(repair.start.size());
  return {};
}

Result<void> Reconciler::recreate(const AppRepair& repair, ReconcileReport& report,
                                  const std::stop_token& stop) {
  if (repair.recreate.empty()) {
    return {};
  }
  const auto config = TRY(stores_.configs.at(repair.app, repair.live.config_version));
  const auto policy = TRY(policy_of_ ? policy_of_(repair.app) : Result<ContainerPolicy>(policy_));
  auto plans = plan_processes(repair.live, config, kNoDeploy, policy);
  std::erase_if(plans, [&](const PlannedProcess& plan) {
    return std::ranges::find(repair.recreate, ProcessUnit(plan.process, plan.index)) ==
           repair.recreate.end();
  });
  const auto made = TRY(start_processes(engine_, plans, [&](const StartedProcess& process) {
    return stores_.containers.add(row_of(repair.live, process.plan, process.container));
  }));
  const auto taken_up = take_up(repair, made, stop);
  if (!taken_up) {
    discard(made);
    return taken_up;
  }
  report.recreated += static_cast<int>(made.size());
  return {};
}

/// A server that ended in the middle of a swap has left requests waiting. They go on when the app
/// answers, or does not in the time that it has.
void Reconciler::let_go(const AppRepair& repair, const std::stop_token& stop) {
  if (const auto answers = await_web(repair, stop); !answers) {
    log::warn("{}: {}", repair.app.str(), answers.error().for_log());
  }
  router_.let_go(repair.app);
}

Result<void> Reconciler::await_web(const AppRepair& repair, const std::stop_token& stop) {
  const auto checks = TRY(checks_of(repair.live));
  std::vector<CheckTarget> targets;
  for (const ContainerId& container : repair.web) {
    targets.push_back(checks.target(ProcessType::web(), 1, container));
  }
  return check(targets, stop);
}

Result<void> Reconciler::take_up(const AppRepair& repair, const std::vector<StartedProcess>& made,
                                 const std::stop_token& stop) {
  const auto checks = TRY(checks_of(repair.live));
  std::vector<CheckTarget> targets;
  std::vector<StartedProcess> web;
  for (const StartedProcess& process : made) {
    targets.push_back(checks.target(process.plan.process, process.plan.index, process.container));
    if (process.plan.process.is_web()) {
      web.push_back(process);
    }
  }
  TRY(check(targets, stop));
  for (const StartedProcess& process : made) {
    TRY(engine_.set_restart_policy(process.container, docker::RestartPolicy::UnlessStopped));
  }
  return web.empty() ? Result<void>() : route(repair, web, stop);
}

Result<void> Reconciler::route(const AppRepair& repair, const std::vector<StartedProcess>& web,
                               const std::stop_token& stop) {
  if (!repair.web.empty()) {
    auto serving = repair.web;
    for (const StartedProcess& process : web) {
      serving.push_back(process.container);
    }
    return router_.restore({repair.app, repair.port, repair.live.internal_port, serving});
  }
  router::RouteChange change{.app = repair.app,
                             .release = repair.live.number,
                             .app_port = repair.port,
                             .candidates = {},
                             .serving = {}};
  for (const StartedProcess& process : web) {
    change.candidates.push_back({process.container, process.plan.spec});
  }
  const auto checks = TRY(checks_of(repair.live));
  const auto answers = [&](const ContainerId& container) {
    return check({checks.target(ProcessType::web(), web.front().plan.index, container)}, stop);
  };
  const auto switched = TRY(router_.switch_to(change, answers, stop));
  for (std::size_t i = 0; i < web.size() && i < switched.serving.size(); ++i) {
    if (switched.serving[i] != web[i].container) {
      TRY(stores_.containers.add(row_of(repair.live, web[i].plan, switched.serving[i])));
      TRY(stores_.containers.remove(web[i].container.value));
    }
  }
  return {};
}

Result<ReleaseChecks> Reconciler::checks_of(const Release& release) const {
  return checks_of_ ? checks_of_(release) : ReleaseChecks(release, {}, checker_.settings());
}

Result<void> Reconciler::check(const std::vector<CheckTarget>& targets,
                               const std::stop_token& stop) {
  return checker_.wait_healthy(
      targets,
      [](std::string_view line) {
        log::debug("reconcile: {}", line);
        return true;
      },
      stop);
}

void Reconciler::discard(const std::vector<StartedProcess>& made) {
  for (const StartedProcess& process : made) {
    for (const auto& done : {engine_.remove_container(process.container),
                             stores_.containers.remove(process.container.value)}) {
      if (!done) {
        log::warn("container {} stays behind: {}", process.container.value, done.error().for_log());
      }
    }
  }
}

}  // namespace minpaas::hooks
