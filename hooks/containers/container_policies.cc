#include "hooks/containers/container_policies.h"

namespace minpaas::hooks {

Result<ContainerPolicy> ContainerPolicies::of(const AppName& app) {
  auto own = resources_.of_app(app);
  if (!own) {
    return own.error();
  }
  ContainerPolicy policy{instance_, settings_, *std::move(own), {}};
  for (const state::VolumeRow& volume : TRY(volumes_.of_app(app))) {
    if (volume.path) {
      policy.mounts.push_back({volume.volume, volume.path->str()});
    }
  }
  policy.label = TRY(apps_.get(app)).label;
  return policy;
}

}  // namespace minpaas::hooks
