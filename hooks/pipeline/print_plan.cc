#include <fmt/format.h>

#include <algorithm>

#include "hooks/pipeline/pipeline.h"
#include "hooks/pipeline/scaling.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostDependencyBytes = 16 * 1024 * 1024;

/// What is looked at to say what a push would do.
struct Prospect {
  const PipelineParts& parts;
  const PushRequest& request;
  const git::Repository& repository;
  const runtimes::BuildPlan& plan;
  /// Absent for an app that the push would make.
  std::optional<state::AppRow> app;
  std::optional<Release> live;
  ConfigVars config;
};

/// The row of an app that the push would make.
state::AppRow app_to_be(const AppName& name) {
  return {.id = 0,
          .name = name,
          .runtime = "",
          .deploy_branch = "",
          .port = 0,
          .stopped = false,
          .created_at = {}};
}

/// The release that the push would make, as far as its checks go.
Release release_to_be(const PushRequest& request, const runtimes::BuildPlan& plan) {
  return {.app = request.app,
          .number = ReleaseNumber(1),
          .image = ImageId(),
          .commit = request.commit,
          .runtime = plan.runtime,
          .processes = plan.processes,
          .formation = plan.formation,
          .description = "",
          .actor = "",
          .created_at = {},
          .manifest = plan.app_json.manifest};
}

std::string describe_build(const runtimes::BuildPlan& plan) {
  return plan.dockerfile.empty() ? "Build the repository's own Dockerfile"
                                 : fmt::format("Build with the Dockerfile of runtime {} on {}",
                                               plan.runtime, plan.base_image);
}

/// Dependency files that are not the same in both trees; those of one tree alone are among them.
std::vector<std::string> changed_files(const SourceTree& before, const SourceTree& after,
                                       const std::vector<std::string>& patterns) {
  std::vector<std::string> changed;
  auto names = runtimes::dependency_files(before, patterns);
  std::ranges::copy(runtimes::dependency_files(after, patterns), std::back_inserter(names));
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const std::string& name : names) {
    const auto old_text = before.read(name, kMostDependencyBytes);
    const auto new_text = after.read(name, kMostDependencyBytes);
    if (!old_text || !new_text || *old_text != *new_text) {
      changed.push_back(name);
    }
  }
  return changed;
}

Result<std::string> describe_cache(const Prospect& push) {
  if (push.request.no_cache) {
    return std::string("Every layer is built anew, as asked");
  }
  if (!push.live || !push.live->commit) {
    return std::string(
        "The first release: layers come from the cache where another build made them");
  }
  if (push.plan.dependencies.empty()) {
    return std::string("Layers that have not changed come from the cache");
  }
  const auto before = push.repository.tree_of(*push.live->commit);
  if (!before || push.live->runtime != push.plan.runtime) {
    return std::string("Dependencies are installed anew");
  }
  const auto after = TRY(push.repository.tree_of(push.request.commit));
  const auto changed = changed_files(**before, *after, push.plan.dependencies);
  const std::string since = push.live->number.str();
  return changed.empty()
             ? fmt::format("Dependencies are as in {}: their layers come from the cache", since)
             : fmt::format("Dependencies are installed anew: {} changed since {}",
                           runtimes::join_for_people(changed), since);
}

std::string skipped(const Prospect& push) {
  return push.request.skip_release ? " (skipped, as asked)" : "";
}

void print_processes(const Prospect& push, DeployOutput& output) {
  const Formation formation =
      push.live ? carried_over(push.plan.formation, *push.live) : push.plan.formation;
  for (const auto& [process, command] : push.plan.processes) {
    if (!process.is_release()) {
      output.detail(fmt::format("  {} x{}: {}", process.str(), formation.at(process),
                                command.empty() ? "the image's own command" : command));
    }
  }
  const bool runs = push.live && push.app && !push.app->stopped;
  for (const std::string& line :
       runs ? types_that_end(push.plan.processes, *push.live) : std::vector<std::string>()) {
    output.warn(line);
  }
}

void print_tasks(const Prospect& push, DeployOutput& output) {
  const Scripts& scripts = push.plan.app_json.manifest.scripts;
  const auto print = [&](std::string_view what, const std::string& command) {
    if (!command.empty()) {
      output.detail(fmt::format("{}: {}{}", what, command, skipped(push)));
    }
  };
  print("Predeploy script", scripts.predeploy);
  for (const auto& [process, command] : push.plan.processes) {
    if (process.is_release()) {
      print("Release command", command);
    }
  }
  print("Postdeploy script of the first deploy", push.live ? "" : scripts.first_postdeploy);
  print("Postdeploy script", scripts.postdeploy);
  for (const CronEntry& entry : push.plan.app_json.manifest.cron) {
    output.detail(fmt::format("Cron: {}: {}", entry.schedule.str(), entry.command));
  }
}

std::string describe_checks(const std::vector<HealthCheck>& checks) {
  std::vector<std::string> texts;
  std::ranges::transform(checks, std::back_inserter(texts),
                         [](const HealthCheck& check) { return describe(check); });
  return runtimes::join_for_people(texts);
}

/// For each process type in one line: what must hold before the release is live, then as long as it
/// is.
Result<void> print_checks(const Prospect& push, DeployOutput& output) {
  const Release to_be = release_to_be(push.request, push.plan);
  const auto checks = push.app ? TRY(push.parts.check_plans.of(to_be))
                               : ReleaseChecks(to_be, {}, push.parts.settings.checks);
  for (const auto& [process, command] : push.plan.processes) {
    if (process.is_release()) {
      continue;
    }
    const CheckPlan plan = checks.of(process);
    std::vector<HealthCheck> startup;
    std::ranges::transform(plan.startup, std::back_inserter(startup), &StartupCheck::check);
    const std::string liveness =
        plan.liveness.empty() ? ""
                              : fmt::format("; while live: {} ({})", describe_checks(plan.liveness),
                                            to_string(plan.liveness_from));
    output.detail(fmt::format("Checks of {}: {} ({}){}", process.str(), describe_checks(startup),
                              to_string(plan.startup_from), liveness));
  }
  return {};
}

Result<void> print_config(const Prospect& push, DeployOutput& output) {
  std::string keys;
  for (const auto& [key, value] : push.config) {
    keys += (keys.empty() ? "" : " ") + key.str();
  }
  output.detail(keys.empty() ? "Config vars: none" : "Config vars: " + keys);
  const WantedVars& wanted = push.plan.app_json.env;
  const auto to_set = TRY(vars_to_set(push.request.app, wanted, push.config));
  if (!to_set.empty()) {
    output.detail("Config vars set from app.json: " + describe_vars(wanted, to_set));
  }
  return {};
}

void print_release(const Prospect& push, DeployOutput& output) {
  if (!push.app) {
    output.detail("Make the app and its first release");
    return;
  }
  const std::string url = push.parts.router.url(push.app->name, push.app->port);
  output.detail(push.live ? fmt::format("Replace {} at {}", push.live->number.str(), url)
                          : fmt::format("Make the first release at {}", url));
}

}  // namespace

Result<void> print_plan(const PipelineParts& parts, const PushRequest& request,
                        DeployOutput& output) {
  const auto repository = TRY(git::Repository::open(parts.repository(request.app)));
  const DeployJob job{.row = asked_for(request.app, state::DeployKind::Push, "")};
  const StageContext context{parts, job, output, {}};
  const auto known = parts.apps.get(request.app);
  if (!known && known.error().code != ErrorCode::NotFound) {
    return known.error();
  }
  const state::AppRow row = known ? *known : app_to_be(request.app);
  if (known) {
    output.hide(TRY(parts.configs.latest(request.app)).second);
    output.hide(TRY(parts.build_secrets.values(request.app)));
  }
  const auto plan = TRY(detect(context, row, repository, request.commit));
  Prospect push{parts, request, repository, plan, {}, {}, {}};
  if (known) {
    push.app = row;
    push.live = TRY(parts.releases.live(request.app));
    push.config = TRY(parts.configs.latest(request.app)).second;
  }
  output.stage("What a push would do");
  output.detail(describe_build(plan));
  output.detail(TRY(describe_cache(push)));
  print_processes(push, output);
  TRY(print_checks(push, output));
  TRY(print_config(push, output));
  print_tasks(push, output);
  print_release(push, output);
  return {};
}

}  // namespace minpaas::hooks
