#include "hooks/platform/local_checks.h"

#include <set>

#include "core/base/log.h"
#include "hooks/pipeline/scaling.h"

namespace minpaas::hooks {
namespace {

CheckChoices chosen_for(const AppChecks& chosen, const ProcessType& type) {
  const auto found = chosen.find(type);
  return found == chosen.end() ? CheckChoices() : found->second;
}

}  // namespace

Result<std::vector<CheckReport>> LocalChecks::report(const Actor& actor, const AppName& name) {
  TRY(access_.find(actor, name, AppRight::Read));
  const auto live = TRY(parts_.releases.live(name));
  const auto chosen = TRY(store_.of_app(name));
  std::set<ProcessType> types{ProcessType::web()};
  for (const auto& [type, command] : live ? live->processes : ProcessCommands()) {
    types.insert(type);
  }
  for (const auto& [type, choices] : chosen) {
    types.insert(type);
  }
  std::erase_if(types, [](const ProcessType& type) { return type.is_release(); });
  std::vector<CheckReport> reports;
  const Manifest manifest = live ? live->manifest : Manifest();
  for (const ProcessType& type : types) {
    const CheckChoices choices = chosen_for(chosen, type);
    reports.push_back(
        {type, plan_checks(type, manifest, choices, parts_.settings.checks), choices});
  }
  return reports;
}

Result<void> LocalChecks::set(const Actor& actor, const AppName& name, const ProcessType& type,
                              const CheckChange& change) {
  TRY(access_.find_open(actor, name, AppRight::Deploy));
  const auto chosen = TRY(store_.of_app(name));
  // A type that a push took away still can go back to the default.
  if (!chosen.contains(type)) {
    const auto live = TRY(parts_.releases.live(name));
    TRY(require_known_type(name, live, type));
  }
  TRY(store_.set(name, type, change.apply(chosen_for(chosen, type))));
  if (changed_) {
    changed_();
  }
  log::info("{} changed the checks of {} {}", actor.name, name.str(), type.str());
  return {};
}

}  // namespace minpaas::hooks
