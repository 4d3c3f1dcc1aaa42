#include "tests/support/fake_storage.h"

#include <fmt/format.h>

#include <algorithm>

namespace minpaas::test {

using state::VolumeRow;

Result<std::vector<VolumeRow>> FakeStorage::of_app(const Actor& actor, const AppName& name) {
  TRY(platform_.app(actor, name));
  std::vector<VolumeRow> found;
  std::ranges::copy_if(volumes_, std::back_inserter(found), [&](const VolumeRow& volume) {
    return volume.app == name && !volume.app_is_gone;
  });
  return found;
}

Result<std::vector<VolumeRow>> FakeStorage::all(const Actor& actor) {
  TRY(platform_.apps(actor));
  return volumes_;
}

Result<hooks::DeployOutcome> FakeStorage::mount(const Actor& actor, const AppName& name,
                                                const StorageMount& mount,
                                                const hooks::Follow& follow) {
  TRY(platform_.require_open(actor, name));
  TRY(platform_.app(actor, name));
  std::erase_if(volumes_, [&](const VolumeRow& volume) {
    return volume.app == name && volume.name == mount.name;
  });
  const auto number = static_cast<std::int64_t>(volumes_.size()) + 1;
  volumes_.push_back({number, name, false, mount.name,
                      fmt::format("minpaas-{}-{}-{}-3f9c2a", name.str(), mount.name.str(), number),
                      mount.path, true, clock_.now()});
  return platform_.restart(actor, name, std::nullopt, follow);
}

Result<hooks::DeployOutcome> FakeStorage::unmount(const Actor& actor, const AppName& name,
                                                  const StorageName& storage,
                                                  const hooks::Follow& follow) {
  TRY(platform_.require_open(actor, name));
  TRY(platform_.app(actor, name));
  for (VolumeRow& volume : volumes_) {
    if (volume.app == name && volume.name == storage && volume.path) {
      volume.path.reset();
      return platform_.restart(actor, name, std::nullopt, follow);
    }
  }
  return Error{ErrorCode::NotFound,
               fmt::format("{} has no storage {} mounted", name.str(), storage.str()),
               "list it: storage " + name.str(), ""};
}

Result<void> FakeStorage::remove(const Actor& actor, const std::string& volume) {
  TRY(platform_.apps(actor));
  if (std::erase_if(volumes_, [&](const VolumeRow& row) { return row.volume == volume; }) == 0) {
    return Error{ErrorCode::NotFound, "there is no storage with the volume " + volume,
                 "list them: storage", ""};
  }
  return {};
}

void FakeStorage::leave(const AppName& name, bool with_storage) {
  std::erase_if(volumes_,
                [&](const VolumeRow& volume) { return with_storage && volume.app == name; });
  for (VolumeRow& volume : volumes_) {
    volume.app_is_gone = volume.app_is_gone || volume.app == name;
  }
}

}  // namespace minpaas::test
