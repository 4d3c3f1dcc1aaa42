#include "hooks/platform/local_storage.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.h"
#include "core/base/text.h"
#include "hooks/queue/queue_hold.h"
#include "hooks/service/platform.h"

namespace minpaas::hooks {
namespace {

using Volumes = std::vector<state::VolumeRow>;

const state::VolumeRow* find(const Volumes& volumes, const StorageName& name) {
  const auto found = std::ranges::find(volumes, name, &state::VolumeRow::name);
  return found == volumes.end() ? nullptr : &*found;
}

/// Folders within folders would hide each other, depending on their order.
Result<void> require_free(const Volumes& volumes, const StorageMount& mount) {
  for (const state::VolumeRow& other : volumes) {
    if (other.name == mount.name || !other.path) {
      continue;
    }
    if (mount.path.is_within(*other.path) || other.path->is_within(mount.path)) {
      return Error{
          ErrorCode::Conflict,
          fmt::format("the storage {} is mounted at {}", other.name.str(), other.path->str()),
          "choose a path that is neither in it nor around it", ""};
    }
  }
  return {};
}

Error no_volume(const std::string& volume) {
  return {ErrorCode::NotFound,
          fmt::format("there is no storage with the volume {}", escape_controls(volume)),
          "list them: storage", ""};
}

}  // namespace

Result<Volumes> LocalStorage::of_app(const Actor& actor, const AppName& name) {
  TRY(access_.find(actor, name, AppRight::Read));
  return parts_.volumes.of_app(name);
}

Result<Volumes> LocalStorage::all(const Actor& actor) {
  const auto visible = TRY(access_.visible(actor));
  const bool is_admin = require_admin(actor).has_value();
  Volumes volumes = TRY(parts_.volumes.all());
  std::erase_if(volumes, [&](const state::VolumeRow& volume) {
    if (volume.app_is_gone) {
      return !is_admin;
    }
    return std::ranges::find(visible, volume.app, &state::AppRow::name) == visible.end();
  });
  return volumes;
}

Result<DeployOutcome> LocalStorage::change(const Actor& actor, const AppName& name,
                                           const StorageChange& change, const Follow& follow) {
  DeployJob job{.row = asked_for(name, state::DeployKind::ConfigChange, actor.name)};
  job.storage = change;
  const auto deploy = TRY(queue_.submit(std::move(job)));
  return deploy->follow(follow);
}

Result<DeployOutcome> LocalStorage::mount(const Actor& actor, const AppName& name,
                                          const StorageMount& mount, const Follow& follow) {
  TRY(access_.find_open(actor, name, AppRight::Admin));
  const auto volumes = TRY(parts_.volumes.of_app(name));
  TRY(require_free(volumes, mount));
  const state::VolumeRow* own = find(volumes, mount.name);
  if (own != nullptr && own->path == mount.path && queue_.current(name) == nullptr) {
    return nothing_deployed();
  }
  if (own == nullptr && TRY(parts_.volumes.left_by(name, mount.name)) && !require_admin(actor)) {
    return Error{
        ErrorCode::PermissionDenied,
        fmt::format("the storage {} was left by another app of this name", mount.name.str()),
        "an administrator can mount it; or choose another name", ""};
  }
  return change(actor, name, {mount.name, mount.path}, follow);
}

Result<DeployOutcome> LocalStorage::unmount(const Actor& actor, const AppName& name,
                                            const StorageName& storage, const Follow& follow) {
  TRY(access_.find_open(actor, name, AppRight::Admin));
  const auto volumes = TRY(parts_.volumes.of_app(name));
  const state::VolumeRow* volume = find(volumes, storage);
  if (volume == nullptr || !volume->path) {
    return Error{ErrorCode::NotFound,
                 fmt::format("{} has no storage {} mounted", name.str(), storage.str()),
                 "list it: storage " + name.str(), ""};
  }
  return change(actor, name, {storage, std::nullopt}, follow);
}

Result<void> LocalStorage::require_right(const Actor& actor, const state::VolumeRow& volume) {
  if (volume.app_is_gone) {
    return require_admin(actor) ? Result<void>() : hidden(no_volume(volume.volume));
  }
  const auto found = access_.find_open(actor, volume.app, AppRight::Admin);
  if (!found && found.error().code == ErrorCode::NotFound) {
    return hidden(no_volume(volume.volume));
  }
  return found ? Result<void>() : found.error();
}

Result<void> LocalStorage::remove_volume(const state::VolumeRow& volume) {
  const auto removed = parts_.engine.remove_volume(volume.volume);
  if (!removed && removed.error().code == ErrorCode::Conflict) {
    return Error{ErrorCode::Conflict, fmt::format("a container still has {}", volume.volume),
                 "try again when it has ended", removed.error().for_log()};
  }
  TRY(removed);
  return parts_.volumes.remove(volume.id);
}

Result<void> LocalStorage::remove(const Actor& actor, const std::string& volume) {
  const auto volumes = TRY(parts_.volumes.all());
  const auto found = std::ranges::find(volumes, volume, &state::VolumeRow::volume);
  if (found == volumes.end()) {
    return no_volume(volume);
  }
  TRY(require_right(actor, *found));
  if (found->app_is_gone) {
    TRY(remove_volume(*found));
  } else {
    // No deploy may mount it meanwhile.
    const auto hold = TRY(QueueHold::take(queue_, found->app));
    const auto now = TRY(parts_.volumes.of_app(found->app));
    const state::VolumeRow* current = find(now, found->name);
    if (current != nullptr && current->path) {
      return Error{ErrorCode::Conflict,
                   fmt::format("{} has it mounted at {}", found->app.str(), current->path->str()),
                   fmt::format("first: storage:unmount {} {}", found->app.str(), found->name.str()),
                   ""};
    }
    TRY(remove_volume(*found));
  }
  log::info("{} removed the storage {} of {}", actor.name, found->name.str(), found->app.str());
  return {};
}

Result<void> LocalStorage::remove_all(const AppName& name) {
  for (const state::VolumeRow& volume : TRY(parts_.volumes.of_app(name))) {
    TRY(remove_volume(volume));
  }
  return {};
}

}  // namespace minpaas::hooks
