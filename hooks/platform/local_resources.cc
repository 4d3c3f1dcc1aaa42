#include "hooks/platform/local_resources.h"

#include <fmt/format.h>

#include <set>

#include "core/base/log.h"
#include "hooks/pipeline/scaling.h"
#include "hooks/queue/queue_hold.h"

namespace minpaas::hooks {
namespace {

/// Those that a container can have: of the live release, and one-offs.
std::set<ProcessType> known_types(const std::optional<Release>& live) {
  std::set<ProcessType> types{ProcessType::web()};
  for (const auto& [type, command] : live ? live->processes : ProcessCommands()) {
    types.insert(type);
  }
  return types;
}

Result<void> require_known(const AppName& name, const std::optional<Release>& live,
                           const ProcessType& type) {
  const bool is_known = type == one_off_type() || known_types(live).contains(type);
  return is_known ? Result<void>() : require_known_type(name, live, type);
}

LimitChoices& place_of(AppLimits& limits, const std::optional<ProcessType>& type) {
  return type ? limits.types[*type] : limits.all;
}

}  // namespace

Result<ResourceReport> LocalResources::report(const Actor& actor, const AppName& name) {
  TRY(access_.find(actor, name, AppRight::Read));
  const auto policy = TRY(parts_.policies.of(name));
  auto types = known_types(TRY(parts_.releases.live(name)));
  for (const auto& [type, choices] : policy.own.types) {
    types.insert(type);
  }
  types.insert(one_off_type());
  ResourceReport report;
  report.rows.push_back(
      {std::nullopt, policy.own.all.over(policy.default_limits()), policy.own.all});
  for (const ProcessType& type : types) {
    const auto own = policy.own.types.find(type);
    report.rows.push_back({type, policy.limits_of(type),
                           own == policy.own.types.end() ? LimitChoices() : own->second});
  }
  return report;
}

/// Those of the app that are there, running or not; one-off containers keep what they began with.
Result<ResourceOutcome> LocalResources::update_containers(const AppName& name,
                                                          const ContainerPolicy& before) {
  const auto policy = TRY(parts_.policies.of(name));
  ResourceOutcome outcome;
  const auto live = TRY(parts_.releases.live(name));
  for (const state::ContainerRow& row : TRY(parts_.containers.of_app(name))) {
    // Old containers may still end their requests: they keep what they have.
    if (!live || row.release != live->number) {
      continue;
    }
    const Limits limits = policy.limits_of(row.process);
    if (limits == before.limits_of(row.process)) {
      continue;
    }
    const std::string process = process_name(row.process, row.index);
    const auto updated = parts_.engine.update_limits({row.id}, limits);
    if (updated) {
      outcome.updated.push_back(process);
    } else if (updated.error().code != ErrorCode::NotFound) {
      log::warn("{} of {} keeps its limits: {}", process, name.str(), updated.error().for_log());
      outcome.kept.push_back({process, updated.error().message});
    }
  }
  return outcome;
}

Result<ResourceOutcome> LocalResources::set(const Actor& actor, const AppName& name,
                                            const std::optional<ProcessType>& type,
                                            const LimitChange& change) {
  TRY(access_.find_open(actor, name, AppRight::Admin));
  const auto live = TRY(parts_.releases.live(name));
  auto before = TRY(parts_.policies.of(name));
  // A type that a push took away still can go back to the default.
  if (type && !before.own.types.contains(*type)) {
    TRY(require_known(name, live, *type));
  }
  const LimitChoices choices = change.apply(place_of(before.own, type));
  const auto machine = TRY(parts_.engine.capacity());
  const LimitRange range{.most_memory_bytes = machine.memory_bytes, .most_cpus = machine.cpus};
  TRY(range.check(choices));
  const auto hold = TRY(QueueHold::take(queue_, name, Beside::OldContainers));
  TRY(parts_.resources.set(name, type, choices));
  log::info("{} changed the limits of {}", actor.name, name.str());
  return update_containers(name, before);
}

}  // namespace minpaas::hooks
