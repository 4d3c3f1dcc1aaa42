#pragma once

#include <string>
#include <vector>

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/app/storage_mount.h"
#include "core/base/result.h"
#include "core/state/volume_store.h"
#include "hooks/service/deploy_outcome.h"
#include "hooks/service/follow.h"

namespace minpaas::hooks {

/// Folders that outlive releases: named volumes of the engine, in all containers of their app.
/// Thread: any.
class Storage {
 public:
  virtual ~Storage() = default;

  /// Of one app, mounted or not.
  virtual Result<std::vector<state::VolumeRow>> of_app(const Actor& actor, const AppName& name) = 0;
  /// Of all apps that the actor may see; for administrators also what apps that are gone have left.
  virtual Result<std::vector<state::VolumeRow>> all(const Actor& actor) = 0;
  /// A release, when there is one already; else it is there from the first on. A storage that an
  /// app of this name has left is taken again. Errors: Conflict (something is mounted there, or
  /// around it), PermissionDenied (it was left by another app of this name, and the actor is no
  /// administrator).
  virtual Result<DeployOutcome> mount(const Actor& actor, const AppName& name,
                                      const StorageMount& mount, const Follow& follow) = 0;
  /// The data stays. Errors: NotFound (it is not mounted).
  virtual Result<DeployOutcome> unmount(const Actor& actor, const AppName& name,
                                        const StorageName& storage, const Follow& follow) = 0;
  /// Removes a volume with its data, by the engine's name of it. Errors: NotFound, Conflict (it is
  /// mounted, or a container still has it), Busy (a deploy is under way).
  virtual Result<void> remove(const Actor& actor, const std::string& volume) = 0;
};

}  // namespace minpaas::hooks
