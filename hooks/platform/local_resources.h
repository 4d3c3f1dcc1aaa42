#pragma once

#include "hooks/access/app_access.h"
#include "hooks/pipeline/pipeline_parts.h"
#include "hooks/queue/deploy_queue.h"
#include "hooks/service/resources.h"

namespace minpaas::hooks {

class LocalResources : public Resources {
 public:
  LocalResources(const PipelineParts& parts, DeployQueue& queue, AppAccess& access)
      : parts_(parts), queue_(queue), access_(access) {}

  Result<ResourceReport> report(const Actor& actor, const AppName& name) override;
  Result<ResourceOutcome> set(const Actor& actor, const AppName& name,
                              const std::optional<ProcessType>& type,
                              const LimitChange& change) override;

 private:
  Result<ResourceOutcome> update_containers(const AppName& name, const ContainerPolicy& before);

  const PipelineParts& parts_;
  DeployQueue& queue_;
  AppAccess& access_;
};

}  // namespace minpaas::hooks
