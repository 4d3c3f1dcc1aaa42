#include <fmt/format.h>

#include <algorithm>

#include "core/archive/tar_writer.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "hooks/pipeline/stages.h"

namespace minpaas::hooks {
namespace {

/// Where the container that gives a folder away has its volume.
constexpr const char* kFolder = "minpaas-storage";
constexpr unsigned kOwnersOnly = 0750;
/// For a user whose number only the image knows.
constexpr unsigned kEveryone = 0777;
constexpr long long kMostUser = 4'294'967'294;

/// `10001:10001` -> that user and group. Root needs its own folder too: it has no capabilities.
archive::FolderOwner owner_for(std::string_view image_user) {
  if (image_user.empty()) {
    return {0, 0, kOwnersOnly};
  }
  const auto colon = image_user.find(':');
  const auto user = parse_number(image_user.substr(0, colon), "user", 0, kMostUser);
  if (!user) {
    return {0, 0, kEveryone};
  }
  const auto group = colon == std::string_view::npos
                         ? user
                         : parse_number(image_user.substr(colon + 1), "group", 0, kMostUser);
  return {*user, group ? *group : *user, kOwnersOnly};
}

Result<std::string> folder_tar(const archive::FolderOwner& owner, SystemTime now) {
  std::string tar;
  archive::TarWriter writer(
      [&tar](std::span<const char> piece) -> Result<void> {
        tar.append(piece.data(), piece.size());
        return {};
      },
      now);
  TRY(writer.add_folder(kFolder, owner));
  TRY(writer.finish());
  return tar;
}

docker::Labels labels_of(const PipelineParts& parts, const std::string& label) {
  return {{std::string(docker::kLabelApp), label},
          {std::string(docker::kLabelInstance), parts.instance}};
}

/// A container that is never started: the engine unpacks what is put into it in its volumes.
docker::ContainerSpec keeper_of(const StageContext& context, const std::string& label,
                                const Release& release, const state::VolumeRow& volume) {
  docker::ContainerSpec spec;
  spec.name = fmt::format("{}-d{}", volume.volume, context.deploy());
  spec.image = release.image;
  spec.labels = labels_of(context.parts, label);
  spec.labels.emplace(docker::kLabelDeploy, std::to_string(context.deploy()));
  spec.labels.emplace(docker::kLabelRelease, release.number.str());
  spec.labels.emplace(docker::kLabelProcess, "storage.1");
  spec.mounts = {{volume.volume, fmt::format("/{}", kFolder)}};
  return spec;
}

Result<void> give_away(const StageContext& context, const Release& release,
                       const state::VolumeRow& volume) {
  const PipelineParts& parts = context.parts;
  const auto image = TRY(parts.engine.inspect_image(release.image.value));
  const auto tar = TRY(folder_tar(owner_for(image.user), parts.clock.now()));
  const state::AppRow app = TRY(parts.apps.get(context.app()));
  const auto keeper =
      TRY(parts.engine.create_container(keeper_of(context, app.label, release, volume)));
  const auto put = parts.engine.put_archive(keeper, tar);
  // One that stays has the label of the deploy, by which it is found.
  const auto removed = parts.engine.remove_container(keeper);
  TRY(put);
  return removed;
}

Result<void> prepare(const StageContext& context, const Release& release,
                     const state::VolumeRow& volume, bool exists) {
  const PipelineParts& parts = context.parts;
  if (exists && volume.is_ready) {
    return {};
  }
  if (volume.is_ready) {
    context.output.warn(
        fmt::format("The volume of the storage {} is gone; it starts empty", volume.name.str()));
  }
  const state::AppRow app = TRY(parts.apps.get(context.app()));
  TRY(parts.engine.create_volume(volume.volume, labels_of(parts, app.label)));
  TRY(give_away(context, release, volume));
  return parts.volumes.set_ready(volume.id);
}

}  // namespace

Result<void> prepare_storage(const StageContext& context, const Release& release) {
  const PipelineParts& parts = context.parts;
  const auto volumes = TRY(parts.volumes.of_app(context.app()));
  if (std::ranges::none_of(volumes, [](const auto& volume) { return volume.path.has_value(); })) {
    return {};
  }
  const auto present =
      TRY(parts.engine.list_volumes({{std::string(docker::kLabelInstance), parts.instance}}));
  for (const state::VolumeRow& volume : volumes) {
    if (!volume.path) {
      continue;
    }
    const bool exists = std::ranges::any_of(
        present, [&](const docker::VolumeDetails& found) { return found.name == volume.volume; });
    TRY(prepare(context, release, volume, exists));
  }
  return {};
}

}  // namespace minpaas::hooks
