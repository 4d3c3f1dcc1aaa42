#include <fmt/format.h>

#include "core/base/log.h"
#include "hooks/containers/timed_stop.h"
#include "hooks/pipeline/stages.h"

/// Commands that run once with a release, each in a container of its own.
namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostCommandCharacters = 200;

struct Task {
  /// What its container has in place of a process type.
  std::string name;
  /// For people.
  std::string what;
  std::string command;
};

Task task_of(std::string name, std::string what, std::string command) {
  return {std::move(name), std::move(what), std::move(command)};
}

std::string release_command(const Release& release) {
  for (const auto& [type, command] : release.processes) {
    if (type.is_release()) {
      return command;
    }
  }
  return "";
}

/// The task as a process of its own beside the formation.
Result<PlannedProcess> plan_task(const StageContext& context, const PreparedRelease& prepared,
                                 const Task& task) {
  const auto type = TRY(ProcessType::parse(task.name));
  Release alone = prepared.release;
  alone.processes = {{type, task.command}};
  alone.formation = {{type, 1}};
  const auto policy = TRY(context.parts.policies.of(context.app()));
  return plan_processes(alone, prepared.config, context.deploy(), policy).at(0);
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

Result<void> judge(const Task& task, const Result<int>& exit, const TimedStop& stop,
                   seconds timeout) {
  if (stop.timed_out()) {
    return Error{ErrorCode::Timeout,
                 fmt::format("the {} took longer than {}", task.what, format_duration(timeout)), "",
                 ""};
  }
  if (!exit) {
    return exit.error();
  }
  if (*exit != 0) {
    return Error{ErrorCode::Failed, fmt::format("the {} exited with status {}", task.what, *exit),
                 "", ""};
  }
  return {};
}

Result<void> run_task(const StageContext& context, const PreparedRelease& prepared,
                      const Task& task) {
  const PipelineParts& parts = context.parts;
  const auto plan = TRY(plan_task(context, prepared, task));
  context.output.stage(fmt::format("Running the {}: {}", task.what,
                                   in_a_few_words(task.command, kMostCommandCharacters)));
  parts.reach(task.name);
  const TimedStop stop(context.stop, parts.settings.build.release_timeout);
  const auto started = TRY(start_processes(parts.engine, {plan}, {}));
  const auto exit = follow_to_exit(context, started.front().container, stop.token());
  const auto removed = parts.engine.remove_container(started.front().container);
  if (!removed) {
    log::warn("deploy {}: {}", context.deploy(), removed.error().for_log());
  }
  TRY(judge(task, exit, stop, parts.settings.build.release_timeout));
  context.output.done("Done");
  return {};
}

/// Whether there is nothing to run, or the push asked to leave it out, which is said.
bool is_left_out(const StageContext& context, const Task& task) {
  if (task.command.empty()) {
    return true;
  }
  if (context.job.skip_release) {
    context.output.detail(fmt::format("The {} is skipped, as asked", task.what));
  }
  return context.job.skip_release;
}

/// Of these the first that fails ends the deploy.
Result<void> run_tasks(const StageContext& context, const PreparedRelease& prepared,
                       const std::vector<Task>& tasks) {
  for (const Task& task : tasks) {
    if (is_left_out(context, task)) {
      continue;
    }
    const auto ran = run_task(context, prepared, task);
    if (!ran) {
      const bool is_its_fault =
          ran.error().code == ErrorCode::Failed || ran.error().code == ErrorCode::Timeout;
      return is_its_fault && context.job.builds()
                 ? ran.error().with_hint(
                       "its output is above; `-o skip-release` deploys without it")
                 : ran.error();
    }
  }
  return {};
}

}  // namespace

Result<void> run_release_commands(const StageContext& context, const PreparedRelease& prepared) {
  const Release& release = prepared.release;
  return run_tasks(context, prepared,
                   {task_of("predeploy", "predeploy script", release.manifest.scripts.predeploy),
                    task_of("release", "release command", release_command(release))});
}

Result<void> run_postdeploy(const StageContext& context, const PreparedRelease& prepared) {
  const auto live = TRY(context.parts.releases.live(context.app()));
  const Scripts& scripts = prepared.release.manifest.scripts;
  return run_tasks(context, prepared,
                   {task_of("postdeploy", "postdeploy script of the first deploy",
                            live ? std::string() : scripts.first_postdeploy),
                    task_of("postdeploy", "postdeploy script", scripts.postdeploy)});
}

}  // namespace minpaas::hooks
