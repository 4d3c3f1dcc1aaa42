#include "hooks/repair_plan.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace minpaas::hooks {
namespace {

using docker::ContainerDetails;
using docker::ContainerId;
using docker::RunState;
using Present = std::map<std::string, const ContainerDetails*, std::less<>>;

std::string label_of(const ContainerDetails& container, std::string_view name) {
  const auto found = container.labels.find(std::string(name));
  return found == container.labels.end() ? "" : found->second;
}

bool runs(const ContainerDetails& container) {
  return container.state == RunState::Running || container.state == RunState::Restarting;
}

/// Rows of the live release that have a container, one for each unit: where a unit has two, one
/// that runs.
std::map<ProcessUnit, const ContainerDetails*> keepers(const AppRows& rows,
                                                       const Present& present) {
  std::map<ProcessUnit, const ContainerDetails*> kept;
  if (!rows.live) {
    return kept;
  }
  for (const state::ContainerRow& row : rows.containers) {
    const auto found = present.find(row.id);
    if (row.release != rows.live->number || found == present.end()) {
      continue;
    }
    auto& place = kept[{row.process, row.index}];
    if (place == nullptr || !runs(*place)) {
      place = found->second;
    }
  }
  return kept;
}

AppRepair repair_of(const AppRows& rows, const std::map<ProcessUnit, const ContainerDetails*>& kept,
                    const std::set<ContainerId>& crashed) {
  AppRepair repair{.app = rows.app,
                   .port = rows.port,
                   .live = *rows.live,
                   .start = {},
                   .web = {},
                   .recreate = {}};
  for (const auto& [process, quantity] : rows.live->formation) {
    // A type without a command is not run (see plan_processes).
    if (!process.is_web() && !rows.live->processes.contains(process)) {
      continue;
    }
    for (int index = 1; index <= quantity; ++index) {
      if (!kept.contains({process, index})) {
        repair.recreate.emplace_back(process, index);
      }
    }
  }
  for (const auto& [unit, container] : kept) {
    if (crashed.contains(container->id)) {
      continue;
    }
    if (unit.first.is_web()) {
      repair.web.push_back(container->id);
    }
    if (!runs(*container)) {
      repair.start.push_back(container->id);
    }
  }
  return repair;
}

/// Adds what one app needs; the ids of its wanted containers go to `wanted`.
void plan_app(const AppRows& rows, const Present& present, const std::set<ContainerId>& crashed,
              std::set<std::string>& wanted, Repairs& repairs) {
  const auto kept = keepers(rows, present);
  std::set<std::string> kept_ids;
  for (const auto& [unit, container] : kept) {
    kept_ids.insert(container->id.value);
  }
  for (const state::ContainerRow& row : rows.containers) {
    if (!kept_ids.contains(row.id)) {
      repairs.forget.push_back(row.id);
    }
  }
  wanted.merge(kept_ids);
  if (rows.live && !rows.stopped) {
    repairs.apps.push_back(repair_of(rows, kept, crashed));
  }
}

}  // namespace

Repairs plan_repairs(const std::vector<AppRows>& apps, const std::vector<ContainerDetails>& present,
                     const std::set<std::int64_t>& unfinished, const std::string& instance,
                     const std::set<ContainerId>& crashed) {
  Present by_id;
  for (const ContainerDetails& container : present) {
    by_id.emplace(container.id.value, &container);
  }
  Repairs repairs;
  std::set<std::string> wanted;
  std::set<std::string> busy;
  for (const AppRows& rows : apps) {
    if (rows.busy) {
      busy.insert(rows.app.str());
    } else {
      plan_app(rows, by_id, crashed, wanted, repairs);
    }
  }
  std::set<std::string> unfinished_labels;
  for (const std::int64_t deploy : unfinished) {
    unfinished_labels.insert(std::to_string(deploy));
  }
  for (const ContainerDetails& container : present) {
    const std::string app = label_of(container, docker::kLabelApp);
    const bool ours = !app.empty() && !instance.empty() &&
                      label_of(container, docker::kLabelInstance) == instance;
    if (ours && !wanted.contains(container.id.value) && !busy.contains(app) &&
        !unfinished_labels.contains(label_of(container, docker::kLabelDeploy))) {
      repairs.remove.push_back(container.id);
    }
  }
  return repairs;
}

}  // namespace minpaas::hooks
