#include "hooks/pipeline/app_network.h"

namespace minpaas::hooks {

Result<docker::Addresses> prepare_network(const PipelineParts& parts) {
  const std::string& name = parts.settings.containers.network;
  return name == config::kSharedNetwork
             ? docker::Addresses::Shifting
             : parts.engine.ensure_network(name, {{std::string(docker::kLabelNetwork), "apps"}});
}

}  // namespace minpaas::hooks
