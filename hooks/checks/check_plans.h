#pragma once

#include "core/app/release.h"
#include "core/state/stores.h"
#include "hooks/checks/check.h"
#include "hooks/checks/check_plan.h"

namespace minpaas::hooks {

/// What the processes of one release must show. A value.
class ReleaseChecks {
 public:
  ReleaseChecks(const Release& release, AppChecks chosen, const config::CheckSettings& settings)
      : app_(release.app),
        manifest_(release.manifest),
        port_(release.internal_port),
        chosen_(std::move(chosen)),
        settings_(settings) {}

  [[nodiscard]] CheckPlan of(const ProcessType& type) const;
  /// What must hold of a container before it gets traffic.
  [[nodiscard]] CheckTarget target(const ProcessType& type, int index,
                                   const docker::ContainerId& container) const;

 private:
  AppName app_;
  Manifest manifest_;
  int port_;
  AppChecks chosen_;
  config::CheckSettings settings_;
};

/// What was chosen for the checks of each app, put together with what its releases say. Thread:
/// any.
class CheckPlans {
 public:
  CheckPlans(state::CheckStore& store, const config::CheckSettings& settings)
      : store_(store), settings_(settings) {}

  /// Errors: NotFound (the app), those of the store.
  Result<ReleaseChecks> of(const Release& release);

 private:
  state::CheckStore& store_;
  const config::CheckSettings& settings_;
};

}  // namespace minpaas::hooks
