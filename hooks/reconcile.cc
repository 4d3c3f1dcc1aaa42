#include "hooks/reconcile.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.h"

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

CheckTarget target_of(const PlannedProcess& plan, const ContainerId& container) {
  return {container, plan.process, plan.index, plan.spec.internal_port};
}

}  // namespace

Result<ReconcileReport> Reconciler::run(const ReconcileView& view, std::stop_token stop) {
  const auto unfinished = TRY(stores_.deploys.unfinished());
  const auto rows = TRY(read_rows(view, unfinished));
  const auto present =
      TRY(engine_.list_containers({{std::string(docker::kLabelInstance), policy_.instance}}));
  std::set<std::int64_t> deploys;
  for (const state::DeployRow& deploy : unfinished) {
    deploys.insert(deploy.id);
  }
  const Repairs repairs = plan_repairs(rows, present, deploys, policy_.instance, view.crashed);
  ReconcileReport report;
  for (const AppRows& app : rows) {
    if (app.busy) {
      report.skipped.push_back(app.app);
    }
  }
  // Leftovers go first: they may hold a port. Then what only has to be started, for all apps,
  // before anything that takes a check.
  TRY(remove(repairs, report));
  for (const AppRepair& repair : repairs.apps) {
    const auto done = start(repair, report);
    if (!done) {
      report.failures.push_back(done.error().with_context(repair.app.str()).for_log());
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
  }
  return report;
}

Result<std::vector<AppRows>> Reconciler::read_rows(
    const ReconcileView& view, const std::vector<state::DeployRow>& unfinished) {
  std::vector<AppRows> all;
  for (const state::AppRow& app : TRY(stores_.apps.list())) {
    AppRows rows{.app = app.name,
                 .port = app.port,
                 .stopped = app.stopped,
                 .live = TRY(stores_.releases.live(app.name)),
                 .containers = TRY(stores_.containers.of_app(app.name))};
    rows.busy = (view.busy && view.busy(app.name)) ||
                std::ranges::any_of(unfinished, [&](const state::DeployRow& deploy) {
                  return deploy.app == app.name;
                });
    all.push_back(std::move(rows));
  }
  return all;
}

Result<void> Reconciler::remove(const Repairs& repairs, ReconcileReport& report) {
  for (const ContainerId& container : repairs.remove) {
    // Told to end first: it may be a release that served until the server crashed.
    TRY(engine_.stop_container(container, std::min(policy_.limits.stop_timeout, kLeftoverGrace)));
    TRY(engine_.remove_container(container));
    ++report.removed;
  }
  for (const std::string& id : repairs.forget) {
    TRY(stores_.containers.remove(id));
  }
  return {};
}

Result<void> Reconciler::start(const AppRepair& repair, ReconcileReport& report) {
  for (const ContainerId& container : repair.start) {
    if (std::ranges::find(repair.web, container) == repair.web.end()) {
      TRY(engine_.start_container(container));
      TRY(engine_.set_restart_policy(container, docker::RestartPolicy::UnlessStopped));
    }
  }
  if (!repair.web.empty()) {
    TRY(router_.restore(repair.app, repair.port, repair.web));
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
  auto plans = plan_processes(repair.live, config, kNoDeploy, policy_);
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

Result<void> Reconciler::take_up(const AppRepair& repair, const std::vector<StartedProcess>& made,
                                 const std::stop_token& stop) {
  std::vector<CheckTarget> targets;
  std::vector<StartedProcess> web;
  for (const StartedProcess& process : made) {
    targets.push_back(target_of(process.plan, process.container));
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
    return router_.restore(repair.app, repair.port, serving);
  }
  router::RouteChange change{.app = repair.app,
                             .release = repair.live.number,
                             .app_port = repair.port,
                             .candidates = {},
                             .serving = {}};
  for (const StartedProcess& process : web) {
    change.candidates.push_back({process.container, process.plan.spec});
  }
  const auto answers = [&](const ContainerId& container) {
    return check({target_of(web.front().plan, container)}, stop);
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
