#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.h"
#include "hooks/pipeline/app_network.h"
#include "hooks/pipeline/release_containers.h"
#include "hooks/platform/local_platform.h"
#include "hooks/programs/program_run.h"

namespace minpaas::hooks {
namespace {

Error no_process(const AppName& app, const ProcessType& process, int index) {
  return {ErrorCode::NotFound,
          fmt::format("{} has no process {}", app.str(), process_name(process, index)),
          "list them: ps " + app.str(), ""};
}

}  // namespace

Result<ProgramOutcome> LocalPlatform::run(const Actor& actor, const AppName& name,
                                          const ProgramRequest& request, ExecStreams& peer) {
  TRY(access_.find(actor, name, AppRight::Deploy));
  const auto live = TRY(parts_.releases.live(name));
  if (!live) {
    return Error{ErrorCode::Conflict, "nothing was pushed to this app yet",
                 "push it with git first", ""};
  }
  TRY(prepare_network(parts_));
  auto config = TRY(parts_.configs.at(name, live->config_version));
  auto policy = TRY(parts_.policies.of(name));
  // Never the command: what people type there may be a secret.
  log::info("{} runs a one-off program in {} {}", actor.name, name.str(), live->number.str());
  const auto now = std::chrono::duration_cast<milliseconds>(parts_.clock.now().time_since_epoch());
  return run_one_off(parts_.engine, one_offs_,
                     {*live, std::move(config), std::move(policy), now.count()}, request, peer);
}

Result<docker::ContainerId> LocalPlatform::find_process(const AppName& name,
                                                        const ProcessType& process, int index) {
  if (process.str() == kOneOffType) {
    for (const OneOff& one : one_offs_.of(name)) {
      if (one.index == index && one.container) {
        return *one.container;
      }
    }
  }
  const auto live = TRY(parts_.releases.live(name));
  if (!live) {
    return no_process(name, process, index);
  }
  const auto rows = TRY(containers_of(parts_, name, live->number, Belonging::ToRelease));
  const auto found = std::ranges::find_if(rows, [&](const state::ContainerRow& row) {
    return row.process == process && row.index == index;
  });
  if (found == rows.end()) {
    return no_process(name, process, index);
  }
  return docker::ContainerId{found->id};
}

Result<ProgramOutcome> LocalPlatform::exec(const Actor& actor, const AppName& name,
                                           const ProcessType& process, int index,
                                           const ProgramRequest& request, ExecStreams& peer) {
  TRY(access_.find(actor, name, AppRight::Deploy));
  const auto container = TRY(find_process(name, process, index));
  const std::string which = process_name(process, index);
  log::info("{} runs a program in {} of {}", actor.name, which, name.str());
  return run_beside(parts_.engine, container, which, request, peer);
}

/// Those that this server runs: what a crashed one has left is removed and not shown.
Result<void> LocalPlatform::add_one_offs(const AppName& name, std::vector<ProcessReport>& reports) {
  const auto type = TRY(ProcessType::parse(kOneOffType));
  for (const OneOff& one : one_offs_.of(name)) {
    ProcessReport report{type, one.index, "starting", one.release, one.command, {}, 0, {}};
    if (one.container) {
      report.container = *one.container;
      const auto details = parts_.engine.inspect_container(*one.container);
      if (!details && details.error().code == ErrorCode::NotFound) {
        continue;  // it has just ended
      }
      TRY(details);
      report.state = details->state == docker::RunState::Running ? "up" : "starting";
      report.since = details->started_at;
      report.limits = details->limits;
    }
    reports.push_back(std::move(report));
  }
  return {};
}

}  // namespace minpaas::hooks
