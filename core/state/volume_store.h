#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/app/app_name.h"
#include "core/app/storage_mount.h"
#include "core/base/clock.h"
#include "core/state/database.h"

namespace minpaas::state {

/// A volume of the engine that is the storage of an app.
struct VolumeRow {
  std::int64_t id = 0;
  /// Whose it is, or was.
  AppName app;
  bool app_is_gone = false;
  StorageName name;
  /// What the engine calls it.
  std::string volume;
  /// Absent: containers do not have it.
  std::optional<MountPath> path;
  /// Its folder was given to the app's user.
  bool is_ready = false;
  SystemTime created_at;
};

/// The storage of apps. It outlives them: the rows of a destroyed app stay. Thread: any.
class VolumeStore {
 public:
  explicit VolumeStore(Database& database) : database_(database) {}

  /// By name. Errors: NotFound (the app).
  Result<std::vector<VolumeRow>> of_app(const AppName& app);
  /// By app, also those of apps that are gone.
  Result<std::vector<VolumeRow>> all();
  /// The newest that an app of this name, now gone, has left under the name of the storage.
  Result<std::optional<VolumeRow>> left_by(const AppName& app, const StorageName& name);

  struct Change {
    /// Of the deploy that makes it.
    std::int64_t deploy = 0;
    /// Becomes part of the name of a new volume.
    std::string instance;
    SystemTime now;
  };

  /// The app's volume of this name gets the path; without one, that which an app of this name has
  /// left is taken, else a new row is made. False: it is there already. Errors: NotFound (the app),
  /// AlreadyExists (another has the path).
  Result<bool> mount(const AppName& app, const StorageMount& mount, const Change& change);
  /// False: it was not mounted. Errors: NotFound (the app).
  Result<bool> unmount(const AppName& app, const StorageName& name, const Change& change);
  /// Takes back what the deploy has changed; a volume that it made stays, without a path.
  Result<void> undo(std::int64_t deploy);
  Result<void> set_ready(std::int64_t id);
  Result<void> remove(std::int64_t id);

 private:
  Database& database_;
};

}  // namespace minpaas::state
