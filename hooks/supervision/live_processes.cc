#include "hooks/supervision/live_processes.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/app/secret_mask.h"
#include "core/base/log.h"
#include "hooks/pipeline/release_containers.h"
#include "hooks/pipeline/stop_times.h"
#include "hooks/queue/queue_hold.h"

namespace minpaas::hooks {
namespace {

bool wants_looks(const ReleaseChecks& checks, const Formation& formation) {
  return std::ranges::any_of(formation, [&](const auto& entry) {
    return entry.second > 0 && !checks.of(entry.first).liveness.empty();
  });
}

}  // namespace

Result<std::vector<LivenessTarget>> LiveProcesses::targets() {
  std::vector<LivenessTarget> targets;
  for (const state::AppRow& app : TRY(parts_.apps.list())) {
    const auto added = app.stopped ? Result<void>() : add_targets(app.name, targets);
    // It may have been destroyed by now.
    if (!added && added.error().code != ErrorCode::NotFound) {
      return added.error();
    }
  }
  return targets;
}

Result<void> LiveProcesses::add_targets(const AppName& app, std::vector<LivenessTarget>& targets) {
  const auto live = TRY(parts_.releases.live(app));
  if (!live) {
    return {};
  }
  const auto checks = TRY(parts_.check_plans.of(*live));
  if (!wants_looks(checks, live->formation)) {
    return {};
  }
  for (const auto& row : TRY(containers_of(parts_, app, live->number, Belonging::ToRelease))) {
    CheckPlan plan = checks.of(row.process);
    if (!plan.liveness.empty()) {
      targets.push_back({app,
                         row.process,
                         row.index,
                         {row.id},
                         live->internal_port,
                         std::move(plan.liveness),
                         plan.startup.front().patience,
                         plan.liveness_from == CheckSource::Default});
    }
  }
  return {};
}

bool LiveProcesses::restart(const LivenessTarget& target, const HealthCheck& check,
                            const std::string& why) {
  const auto hold = QueueHold::try_take(queue_, target.app, Beside::OldContainers);
  return hold && restart_held(target, check, why);
}

/// Old containers, which may still end their requests, have rows too.
bool LiveProcesses::is_live(const LivenessTarget& target) {
  const auto live = parts_.releases.live(target.app);
  if (!live || !*live) {
    return false;
  }
  const auto rows = containers_of(parts_, target.app, (*live)->number, Belonging::ToRelease);
  return rows && std::ranges::any_of(*rows, [&](const state::ContainerRow& row) {
           return row.id == target.container.value;
         });
}

bool LiveProcesses::restart_held(const LivenessTarget& target, const HealthCheck& check,
                                 const std::string& why) {
  if (!is_live(target)) {
    return false;
  }
  const std::string process = process_name(target.process, target.index);
  const std::string told = fmt::format("{} keeps failing its checks and is restarted: {}", process,
                                       without_secrets(parts_.configs, target.app, why));
  log::warn("{}: {}", target.app.str(), told);
  parts_.lifecycle.tell(target.app, told);
  run_hook(target, check, why);
  bool well = true;
  for (const auto& done :
       {parts_.engine.stop_container(target.container, stop_times(parts_, target.app).stop),
        parts_.engine.start_container(target.container)}) {
    if (!done) {
      // What does not run is started by the next reconciliation.
      log::warn("{}: {}", target.app.str(), done.error().for_log());
      well = false;
    }
  }
  events_.record_own({.app = target.app.str(),
                      .action = "ps:restart",
                      .detail = process + " failed its checks",
                      .result = well ? "ok" : "failed"});
  return true;
}

void LiveProcesses::run_hook(const LivenessTarget& target, const HealthCheck& check,
                             const std::string& why) {
  hooks_.run({{target.app, target.process, target.index, target.container, check, why}},
             [&](std::string_view line) {
               const std::string text =
                   without_secrets(parts_.configs, target.app, std::string(line));
               parts_.lifecycle.tell(target.app, text);
               return true;
             },
             {});
}

}  // namespace minpaas::hooks
