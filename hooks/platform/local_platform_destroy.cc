#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.h"
#include "core/git/repository.h"
#include "hooks/containers/ownership.h"
#include "hooks/containers/process_set.h"
#include "hooks/pipeline/stop_times.h"
#include "hooks/platform/local_platform.h"
#include "hooks/platform/renames.h"
#include "hooks/queue/queue_hold.h"

namespace minpaas::hooks {
namespace {

/// A cancelled deploy ends within its engine call; stopping old containers takes longest.
constexpr std::chrono::minutes kDeployPatience{2};
constexpr seconds kLockPatience{30};
/// What is destroyed has nothing to bring to an end, however long it takes to stop it usually.
constexpr seconds kLongestGrace{30};

Result<void> remove_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (error) {
    return Error{ErrorCode::Unavailable,
                 fmt::format("{} could not be removed: {}", folder.string(), error.message()), "",
                 ""};
  }
  return {};
}

}  // namespace

/// One that somebody else's container uses stays until the garbage is collected after it.
Result<void> LocalPlatform::remove_image(const ImageId& id) {
  const auto removed = parts_.engine.remove_image(id);
  if (!removed && removed.error().code == ErrorCode::Conflict) {
    log::warn("image {} stays: {}", id.value, removed.error().for_log());
    return {};
  }
  return removed;
}

/// By label, never by name: only what this installation made for this app.
Result<void> LocalPlatform::remove_from_engine(const AppName& name) {
  TRY(parts_.router.remove(name));
  std::vector<docker::ContainerId> containers;
  for (const auto& container : TRY(our_containers(name))) {
    containers.push_back(container.id);
  }
  TRY(stop_all(parts_.engine, containers, std::min(stop_times(parts_, name).stop, kLongestGrace)));
  for (const docker::ContainerId& container : containers) {
    TRY(parts_.engine.remove_container(container));
  }
  const state::AppRow row = TRY(parts_.apps.get(name));
  const docker::Labels labels{{std::string(docker::kLabelInstance), parts_.instance},
                              {std::string(docker::kLabelApp), row.label}};
  for (const auto& image : TRY(parts_.engine.list_images(labels))) {
    if (is_own_image(image, parts_.instance)) {
      TRY(remove_image(image.id));
    }
  }
  return {};
}

/// Also by the old name, in case a rename has not moved them yet.
Result<void> LocalPlatform::remove_files(const AppName& name) {
  const auto unfinished = TRY(parts_.apps.unfinished_renames());
  for (const state::RenameRow& rename : unfinished) {
    if (rename.name == name) {
      TRY(clear_files(parts_, rename.old_name));
    }
  }
  const auto repository = parts_.repository(name);
  if (std::filesystem::exists(repository)) {
    // A push that is storing its pack ends first; a later one finds no app.
    const auto lock =
        TRY(git::PushLock::acquire(repository, std::chrono::steady_clock::now() + kLockPatience));
    TRY(remove_folder(repository));
  }
  return remove_folder(parts_.build_logs() / name.str());
}

/// The rows go last: when anything fails or the server stops in between, the app is still there
/// and can be destroyed again.
Result<void> LocalPlatform::destroy_app(const Actor& actor, const AppName& name,
                                        bool with_storage) {
  TRY(access_.find_open(actor, name, AppRight::Admin));
  TRY(queue_.close(name, fmt::format("{} destroyed the app", actor.name),
                   std::chrono::steady_clock::now() + kDeployPatience));
  const QueueReopener reopener(queue_, name);
  TRY(remove_from_engine(name));
  if (with_storage) {
    TRY(nouns_.storage.remove_all(name));
  }
  TRY(remove_files(name));
  TRY(parts_.apps.destroy(name));
  parts_.lifecycle.sweep();
  // Domains could be added until now.
  TRY(parts_.router.remove(name));
  if (tasks_.names_changed) {
    tasks_.names_changed();
  }
  log::info("{} was destroyed by {}", name.str(), actor.name);
  return {};
}

}  // namespace minpaas::hooks
