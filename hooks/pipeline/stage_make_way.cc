#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.h"
#include "hooks/pipeline/release_containers.h"
#include "hooks/pipeline/stages.h"
#include "hooks/pipeline/stop_times.h"

namespace minpaas::hooks {
namespace {

/// The router holds requests for two minutes, in which the new ones have to start as well.
constexpr seconds kLongestDrain{60};

bool runs(docker::Engine& engine, const state::ContainerRow& row) {
  const auto details = engine.inspect_container({row.id});
  return details && details->state == docker::RunState::Running;
}

/// A container that crashed does not stop others from starting.
void start_again(const PipelineParts& parts, const std::vector<state::ContainerRow>& rows) {
  for (const state::ContainerRow& row : rows) {
    for (const auto& done :
         {parts.engine.start_container({row.id}),
          parts.engine.set_restart_policy({row.id}, docker::RestartPolicy::UnlessStopped)}) {
      if (!done) {
        log::warn("{}: {}", row.app.str(), done.error().for_log());
      }
    }
  }
}

/// Until they answer, or do not in the time that they have.
Result<void> await_web(const PipelineParts& parts, const Release& live,
                       const std::vector<docker::ContainerId>& web) {
  const auto checks = TRY(parts.check_plans.of(live));
  std::vector<CheckTarget> targets;
  for (const docker::ContainerId& container : web) {
    targets.push_back(checks.target(ProcessType::web(), 1, container));
  }
  return parts.check(targets, [](std::string_view /*line*/) { return true; }, {});
}

Result<void> serve_again(const PipelineParts& parts, const state::AppRow& app,
                         const Release& live) {
  const auto rows = TRY(containers_of(parts, app.name, live.number, Belonging::ToRelease));
  const bool all_run =
      std::ranges::all_of(rows, [&](const auto& row) { return runs(parts.engine, row); });
  if (!all_run) {
    start_again(parts, rows);
  }
  // Those that run may have lost the traffic already.
  const auto web = web_containers(rows);
  TRY(parts.router.restore({app.name, app.port, live.internal_port, web}));
  return all_run ? Result<void>() : await_web(parts, live, web);
}

}  // namespace

Result<void> make_way(const StageContext& context, const Turnover& turnover) {
  const PipelineParts& parts = context.parts;
  const auto app = TRY(parts.apps.get(context.app()));
  if (app.overlap || app.stopped || turnover.retired.empty()) {
    return {};
  }
  if (!parts.router.holds_requests()) {
    context.output.warn(
        "overlap=off takes HAProxy as the router: the old containers run on until the new ones "
        "serve");
    return {};
  }
  context.output.stage("Stopping the old containers first (overlap=off)");
  const StopTimes times = stop_times(app, parts.settings);
  const auto web = web_containers(turnover.retired);
  if (!web.empty()) {
    const auto kept = web_containers(turnover.kept);
    if (kept.empty()) {
      TRY(parts.router.hold(app.name));
    }
    TRY(parts.router.restore({app.name, app.port, turnover.release.internal_port, kept}));
    parts.router.drain(app.name, web, std::min(times.drain, kLongestDrain), context.stop);
  }
  if (context.stop.stop_requested()) {
    return Error{ErrorCode::Cancelled, "cancelled", "", ""};
  }
  std::vector<docker::ContainerId> containers;
  for (const state::ContainerRow& row : turnover.retired) {
    containers.push_back({row.id});
  }
  TRY(stop_all(parts.engine, containers, times.stop));
  parts.reach("made way");
  context.output.done("Stopped");
  return {};
}

void take_way_back(const StageContext& context) {
  const PipelineParts& parts = context.parts;
  if (!parts.router.holds_requests()) {
    return;
  }
  const auto app = parts.apps.get(context.app());
  const auto live = parts.releases.live(context.app());
  // `overlap` can have been set since it made way.
  const bool made_way = parts.router.holds(context.app()) || (app && !app->overlap);
  if (made_way && app && !app->stopped && live && *live) {
    const auto done = serve_again(parts, *app, **live);
    if (!done) {
      log::error("{}: the old release does not serve: {}", app->name.str(), done.error().for_log());
    }
  }
  parts.router.let_go(context.app());
}

}  // namespace minpaas::hooks
