#include <fmt/format.h>

#include "hooks/pipeline.h"

namespace minpaas::hooks {
namespace {

std::string describe_process(const ProcessType& process, const std::string& command,
                             const Formation& formation) {
  const auto quantity = formation.find(process);
  return fmt::format("  {} x{}: {}", process.str(),
                     quantity == formation.end() ? 0 : quantity->second,
                     command.empty() ? "the image's own command" : command);
}

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

Result<void> print_config(const PipelineParts& parts, const AppName& app, DeployOutput& output) {
  std::string keys;
  for (const auto& [key, value] : TRY(parts.configs.latest(app)).second) {
    keys += (keys.empty() ? "" : " ") + key.str();
  }
  output.detail(keys.empty() ? "Config vars: none" : "Config vars: " + keys);
  return {};
}

}  // namespace

Result<void> print_plan(const PipelineParts& parts, const AppName& app, const Oid& commit,
                        DeployOutput& output) {
  const auto repository = TRY(git::Repository::open(parts.repository(app)));
  const DeployJob job{asked_for(app, state::DeployKind::Push, ""), false, false, {}, {}};
  const StageContext context{parts, job, output, {}};
  const auto known = parts.apps.get(app);
  if (!known && known.error().code != ErrorCode::NotFound) {
    return known.error();
  }
  const state::AppRow row = known ? *known : app_to_be(app);
  const auto plan = TRY(detect(context, row, repository, commit));
  output.stage("What a push would do");
  output.detail(plan.dockerfile.empty()
                    ? "Build the repository's own Dockerfile"
                    : fmt::format("Build with the Dockerfile of runtime {} on {}", plan.runtime,
                                  plan.base_image));
  for (const auto& [process, command] : plan.processes) {
    output.detail(describe_process(process, command, plan.formation));
  }
  if (!known) {
    output.detail("Make the app and its first release");
    return {};
  }
  TRY(print_config(parts, app, output));
  const auto live = TRY(parts.releases.live(app));
  output.detail(
      live ? fmt::format("Replace {} at {}", live->number.str(), parts.router.url(app, row.port))
           : fmt::format("Make the first release at {}", parts.router.url(app, row.port)));
  return {};
}

}  // namespace minpaas::hooks
