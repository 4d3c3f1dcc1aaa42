#include <fmt/format.h>

#include "core/base/log.h"
#include "hooks/stages.h"
#include "hooks/timed_stop.h"

namespace minpaas::hooks {
namespace {

constexpr std::string_view kReleaseProcess = "release";

/// The release command as a process of its own beside the formation; absent when there is none.
Result<std::optional<PlannedProcess>> plan_release_command(const StageContext& context,
                                                           const PreparedRelease& prepared) {
  const auto type = TRY(ProcessType::parse(kReleaseProcess));
  if (!prepared.release.processes.contains(type)) {
    return std::optional<PlannedProcess>();
  }
  Release alone = prepared.release;
  alone.formation = {{type, 1}};
  auto plans = plan_processes(alone, prepared.config, context.deploy(), context.parts.policy());
  if (plans.empty()) {
    return std::optional<PlannedProcess>();
  }
  return std::optional(std::move(plans.front()));
}

Result<int> follow_to_exit(const StageContext& context, const docker::ContainerId& container,
                           const std::stop_token& stop) {
  docker::LogOptions options;
  options.follow = true;
  TRY(context.parts.engine.logs(
      container, options,
      [&](const docker::LogLine& line) {
        context.output.detail(line.text);
        return true;
      },
      stop));
  if (stop.stop_requested()) {
    return Error{ErrorCode::Cancelled, "cancelled", "", ""};
  }
  return TRY(context.parts.engine.inspect_container(container)).exit_code;
}

Result<void> judge(const Result<int>& exit, const TimedStop& stop, seconds timeout) {
  if (stop.timed_out()) {
    return Error{ErrorCode::Timeout,
                 fmt::format("the release command took longer than {}", format_duration(timeout)),
                 "", ""};
  }
  if (!exit) {
    return exit.error();
  }
  if (*exit != 0) {
    return Error{ErrorCode::Failed, fmt::format("the release command exited with status {}", *exit),
                 "its output is above; `-o skip-release` deploys without it", ""};
  }
  return {};
}

}  // namespace

Result<PreparedRelease> store_release(const StageContext& context, const ReleaseDraft& draft,
                                      const std::string& description) {
  const PipelineParts& parts = context.parts;
  auto [version, config] = TRY(parts.configs.latest(context.app()));
  // A rollback brings back values that the newest config no longer had.
  context.output.hide(config);
  Release release{context.app(),     ReleaseNumber(1), ReleaseState::Pending, draft.image,
                  draft.commit,      version,          draft.runtime,         draft.internal_port,
                  draft.processes,   draft.formation,  description,           context.job.row.actor,
                  parts.clock.now(), draft.manifest};
  Release stored = TRY(parts.releases.add(release));
  parts.reach("release stored");
  TRY(parts.deploys.set_release(context.deploy(), stored.number));
  context.output.stage(fmt::format("Release {}: {}", stored.number.str(), description));
  return PreparedRelease{std::move(stored), std::move(config)};
}

Result<void> run_release_command(const StageContext& context, const PreparedRelease& prepared) {
  const auto plan = TRY(plan_release_command(context, prepared));
  if (!plan) {
    return {};
  }
  if (context.job.skip_release) {
    context.output.detail("The release command is skipped, as asked");
    return {};
  }
  context.output.detail(fmt::format("Running the release command: {}", plan->spec.command));
  const PipelineParts& parts = context.parts;
  const TimedStop stop(context.stop, parts.settings.build.timeout);
  const auto started = TRY(start_processes(parts.engine, {*plan}, {}));
  const auto exit = follow_to_exit(context, started.front().container, stop.token());
  const auto removed = parts.engine.remove_container(started.front().container);
  if (!removed) {
    log::warn("deploy {}: {}", context.deploy(), removed.error().for_log());
  }
  TRY(judge(exit, stop, parts.settings.build.timeout));
  context.output.done("Release command done");
  return {};
}

}  // namespace minpaas::hooks
