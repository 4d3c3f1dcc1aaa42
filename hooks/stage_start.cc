#include <fmt/format.h>

#include "hooks/stages.h"

namespace minpaas::hooks {
namespace {

std::string describe(const Formation& formation) {
  std::string text;
  for (const auto& [process, quantity] : formation) {
    if (quantity > 0) {
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", process.str(), quantity);
    }
  }
  return text;
}

}  // namespace

Result<std::vector<StartedProcess>> start(const StageContext& context,
                                          const PreparedRelease& prepared) {
  const PipelineParts& parts = context.parts;
  const Release& release = prepared.release;
  context.output.stage(fmt::format("Starting {}", describe(release.formation)));
  const auto plans = plan_processes(release, prepared.config, context.deploy(), parts.policy());
  auto started =
      TRY(start_processes(parts.engine, plans, [&](const StartedProcess& made) -> Result<void> {
        if (context.stop.stop_requested()) {
          return Error{ErrorCode::Cancelled, "cancelled", "", ""};
        }
        return parts.containers.add({made.container.value, release.app, release.number,
                                     made.plan.process, made.plan.index});
      }));
  context.output.done("Started");
  return started;
}

Result<void> check(const StageContext& context, const std::vector<StartedProcess>& started) {
  std::vector<CheckTarget> targets;
  for (const StartedProcess& process : started) {
    const PlannedProcess& plan = process.plan;
    targets.push_back({process.container, plan.process, plan.index,
                       plan.process.is_web() ? plan.spec.internal_port : 0});
  }
  context.output.stage("Checking that it is healthy");
  TRY(context.parts.check(targets, context.output.lines(), context.stop));
  context.output.done("Healthy");
  return {};
}

}  // namespace minpaas::hooks
