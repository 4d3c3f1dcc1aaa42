#pragma once

#include <string>

#include "config/settings.h"
#include "core/state/stores.h"
#include "hooks/containers/process_set.h"

namespace minpaas::hooks {

/// What the containers of each app get: the settings, and what was chosen for the app. Thread: any.
class ContainerPolicies {
 public:
  /// `instance` is the value of docker::kLabelInstance.
  ContainerPolicies(std::string instance, const config::ContainerSettings& settings,
                    state::AppStore& apps, state::ResourceStore& resources,
                    state::VolumeStore& volumes)
      : instance_(std::move(instance)),
        settings_(settings),
        apps_(apps),
        resources_(resources),
        volumes_(volumes) {}

  /// Errors: NotFound (the app), those of the stores.
  Result<ContainerPolicy> of(const AppName& app);

 private:
  std::string instance_;
  const config::ContainerSettings& settings_;
  state::AppStore& apps_;
  state::ResourceStore& resources_;
  state::VolumeStore& volumes_;
};

}  // namespace minpaas::hooks
