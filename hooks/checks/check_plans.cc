#include "hooks/checks/check_plans.h"

namespace minpaas::hooks {

CheckPlan ReleaseChecks::of(const ProcessType& type) const {
  const auto chosen = chosen_.find(type);
  return plan_checks(type, manifest_, chosen == chosen_.end() ? CheckChoices() : chosen->second,
                     settings_);
}

CheckTarget ReleaseChecks::target(const ProcessType& type, int index,
                                  const docker::ContainerId& container) const {
  // Every process is told this port, so one that is not web may listen on it as well.
  return {container, type, index, port_, of(type).startup, app_};
}

Result<ReleaseChecks> CheckPlans::of(const Release& release) {
  auto chosen = store_.of_app(release.app);
  if (!chosen) {
    return chosen.error();
  }
  return ReleaseChecks(release, *std::move(chosen), settings_);
}

}  // namespace minpaas::hooks
