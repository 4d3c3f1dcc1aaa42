#include <algorithm>
#include <set>

#include "hooks/pipeline/stages.h"

namespace minpaas::hooks {
namespace {

using Unit = std::pair<ProcessType, int>;

Unit unit_of(const PlannedProcess& plan) {
  return {plan.process, plan.index};
}

Unit unit_of(const state::ContainerRow& row) {
  return {row.process, row.index};
}

bool runs(docker::Engine& engine, const state::ContainerRow& row) {
  const auto details = engine.inspect_container({row.id});
  return details && details->state == docker::RunState::Running;
}

bool may_stay(const StageContext& context, const state::ContainerRow& row) {
  const DeployJob& job = context.job;
  if (job.row.kind == state::DeployKind::Scale) {
    return runs(context.parts.engine, row);
  }
  return job.row.kind == state::DeployKind::Restart && job.process && row.process != *job.process;
}

/// The first web container may have the app's port: without it the others cannot stay.
bool first_web_is_new(const std::set<Unit>& kept, const std::set<Unit>& wanted) {
  const Unit first(ProcessType::web(), 1);
  return wanted.contains(first) && !kept.contains(first);
}

/// Units of the live release that stay, one container each.
std::map<Unit, std::string> choose_kept(const StageContext& context,
                                        const std::vector<state::ContainerRow>& rows,
                                        const std::set<Unit>& wanted, ReleaseNumber live) {
  std::map<Unit, std::string> kept;
  std::set<Unit> units;
  for (const state::ContainerRow& row : rows) {
    if (row.release == live && wanted.contains(unit_of(row)) && may_stay(context, row)) {
      kept.emplace(unit_of(row), row.id);
      units.insert(unit_of(row));
    }
  }
  if (first_web_is_new(units, wanted)) {
    std::erase_if(kept, [](const auto& entry) { return entry.first.first.is_web(); });
  }
  return kept;
}

}  // namespace

Result<Turnover> plan_turnover(const StageContext& context, const PreparedRelease& prepared) {
  const PipelineParts& parts = context.parts;
  const bool stopped = TRY(parts.apps.get(context.app())).stopped;
  Turnover turnover{prepared.release, {}, {}, {}, {}, stopped && !context.job.starts()};
  const auto rows = TRY(parts.containers.of_app(context.app()));
  if (turnover.stays_stopped) {
    turnover.retired = rows;
    return turnover;
  }
  const auto policy = TRY(parts.policies.of(context.app()));
  turnover.plans = plan_processes(prepared.release, prepared.config, context.deploy(), policy);
  std::set<Unit> wanted;
  for (const PlannedProcess& plan : turnover.plans) {
    wanted.insert(unit_of(plan));
  }
  const auto live = TRY(parts.releases.live(context.app()));
  std::map<Unit, std::string> kept;
  if (live && !stopped) {
    kept = choose_kept(context, rows, wanted, live->number);
  }
  std::erase_if(turnover.plans,
                [&](const PlannedProcess& plan) { return kept.contains(unit_of(plan)); });
  for (const state::ContainerRow& row : rows) {
    const auto stays = kept.find(unit_of(row));
    const bool is_kept = stays != kept.end() && stays->second == row.id;
    (is_kept ? turnover.kept : turnover.retired).push_back(row);
  }
  return turnover;
}

}  // namespace minpaas::hooks
