#pragma once

#include "hooks/access/app_access.h"
#include "hooks/pipeline/pipeline_parts.h"
#include "hooks/queue/deploy_queue.h"
#include "hooks/service/storage.h"

namespace minpaas::hooks {

class LocalStorage : public Storage {
 public:
  LocalStorage(const PipelineParts& parts, DeployQueue& queue, AppAccess& access)
      : parts_(parts), queue_(queue), access_(access) {}

  Result<std::vector<state::VolumeRow>> of_app(const Actor& actor, const AppName& name) override;
  Result<std::vector<state::VolumeRow>> all(const Actor& actor) override;
  Result<DeployOutcome> mount(const Actor& actor, const AppName& name, const StorageMount& mount,
                              const Follow& follow) override;
  Result<DeployOutcome> unmount(const Actor& actor, const AppName& name, const StorageName& storage,
                                const Follow& follow) override;
  Result<void> remove(const Actor& actor, const std::string& volume) override;

  /// With an app that is destroyed, after its containers. Errors: those of the engine and the
  /// store; what was removed is.
  Result<void> remove_all(const AppName& name);

 private:
  Result<void> require_right(const Actor& actor, const state::VolumeRow& volume);
  Result<void> remove_volume(const state::VolumeRow& volume);
  Result<DeployOutcome> change(const Actor& actor, const AppName& name, const StorageChange& change,
                               const Follow& follow);

  const PipelineParts& parts_;
  DeployQueue& queue_;
  AppAccess& access_;
};

}  // namespace minpaas::hooks
