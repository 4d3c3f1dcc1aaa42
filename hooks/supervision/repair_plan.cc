#include "hooks/supervision/repair_plan.h"

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

using Kept = std::map<ProcessUnit, const ContainerDetails*>;

bool has_port(const ContainerDetails& container) {
  return !label_of(container, docker::kLabelPort).empty();
}

/// A router that publishes ports serves one web container by its port: when none has it, the first
/// is made anew.
void drop_unpublished(Kept& kept) {
  const auto is_web = [](const auto& entry) { return entry.first.first.is_web(); };
  const auto first = std::ranges::find_if(kept, is_web);
  const bool published = std::ranges::any_of(
      kept, [&](const auto& entry) { return is_web(entry) && has_port(*entry.second); });
  if (first != kept.end() && !published) {
    kept.erase(first);
  }
}

/// Rows of the live release that have a container, one for each unit: where a unit has two, one
/// that runs.
Kept keepers(const AppRows& rows, const Present& present, bool publishes_ports) {
  Kept kept;
  if (!rows.live) {
    return kept;
  }
  for (const state::ContainerRow& row : rows.containers) {
    const auto found = present.find(row.id);
    if (row.release != rows.live->number || found == present.end() ||
        (!publishes_ports && has_port(*found->second))) {
      continue;
    }
    auto& place = kept[{row.process, row.index}];
    if (place == nullptr || !runs(*place)) {
      place = found->second;
    }
  }
  if (publishes_ports) {
    drop_unpublished(kept);
  }
  return kept;
}

AppRepair repair_of(const AppRows& rows, const Kept& kept, const std::set<ContainerId>& crashed) {
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
void plan_app(const AppRows& rows, const Present& present, const RepairRules& rules,
              std::set<std::string>& wanted, Repairs& repairs) {
  const auto kept = keepers(rows, present, rules.publishes_ports);
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
  for (const auto& [unit, container] : kept) {
    if (rows.stopped && runs(*container)) {
      repairs.stop.push_back({container->id, rows.stop_timeout});
    }
  }
  if (rows.live && !rows.stopped) {
    repairs.apps.push_back(repair_of(rows, kept, rules.crashed));
  }
}

}  // namespace

Repairs plan_repairs(const std::vector<AppRows>& apps, const std::vector<ContainerDetails>& present,
                     const RepairRules& rules) {
  Present by_id;
  for (const ContainerDetails& container : present) {
    by_id.emplace(container.id.value, &container);
  }
  Repairs repairs;
  std::set<std::string> wanted;
  std::set<std::string> busy;
  for (const AppRows& rows : apps) {
    if (rows.busy) {
      busy.insert(rows.label.empty() ? rows.app.str() : rows.label);
    } else {
      plan_app(rows, by_id, rules, wanted, repairs);
    }
  }
  std::set<std::string> unfinished_labels;
  for (const std::int64_t deploy : rules.unfinished) {
    unfinished_labels.insert(std::to_string(deploy));
  }
  for (const ContainerDetails& container : present) {
    const std::string app = label_of(container, docker::kLabelApp);
    const bool ours = !app.empty() && !rules.instance.empty() &&
                      label_of(container, docker::kLabelInstance) == rules.instance;
    if (ours && !wanted.contains(container.id.value) && !busy.contains(app) &&
        !unfinished_labels.contains(label_of(container, docker::kLabelDeploy))) {
      repairs.remove.push_back(container.id);
    }
  }
  return repairs;
}

}  // namespace minpaas::hooks
