#include "hooks/container_policies.h"

namespace minpaas::hooks {

Result<ContainerPolicy> ContainerPolicies::of(const AppName& app) {
  auto own = resources_.of_app(app);
  if (!own) {
    return own.error();
  }
  return ContainerPolicy{instance_, settings_, *std::move(own)};
}

}  // namespace minpaas::hooks
