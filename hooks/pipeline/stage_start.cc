#include <fmt/format.h>

#include "hooks/pipeline/stages.h"

namespace minpaas::hooks {
namespace {

/// `web=2 worker=1`
std::string describe(const std::vector<PlannedProcess>& plans) {
  Formation formation;
  for (const PlannedProcess& plan : plans) {
    ++formation[plan.process];
  }
  std::string text;
  for (const auto& [process, quantity] : formation) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", process.str(), quantity);
  }
  return text;
}

}  // namespace

Result<void> start(const StageContext& context, Turnover& turnover) {
  const PipelineParts& parts = context.parts;
  const Release& release = turnover.release;
  context.output.stage(fmt::format("Starting {}", describe(turnover.plans)));
  turnover.started = TRY(start_processes(
      parts.engine, turnover.plans, [&](const StartedProcess& made) -> Result<void> {
        if (context.stop.stop_requested()) {
          return Error{ErrorCode::Cancelled, "cancelled", "", ""};
        }
        return parts.containers.add({made.container.value, release.app, release.number,
                                     made.plan.process, made.plan.index});
      }));
  context.output.done("Started");
  return {};
}

Result<void> check(const StageContext& context, const Turnover& turnover) {
  const auto checks = TRY(context.parts.check_plans.of(turnover.release));
  std::vector<CheckTarget> targets;
  for (const StartedProcess& process : turnover.started) {
    targets.push_back(checks.target(process.plan.process, process.plan.index, process.container));
  }
  context.output.stage("Checking that it is healthy");
  TRY(context.parts.check(targets, context.output.lines(), context.stop));
  context.output.done("Healthy");
  return {};
}

}  // namespace minpaas::hooks
