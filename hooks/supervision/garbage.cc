#include "hooks/supervision/garbage.h"

#include <algorithm>

#include "core/base/log.h"
#include "hooks/containers/ownership.h"

namespace minpaas::hooks {
namespace {

using docker::ImageDetails;

std::string label_of(const docker::Labels& labels, std::string_view name) {
  const auto found = labels.find(std::string(name));
  return found == labels.end() ? "" : found->second;
}

}  // namespace

Result<Freed> Garbage::collect(const AppName& app) {
  const state::AppRow row = TRY(apps_.get(app));
  const auto images = TRY(engine_.list_images({{std::string(docker::kLabelInstance), instance_},
                                               {std::string(docker::kLabelApp), row.label}}));
  auto needed = TRY(in_use());
  needed.merge(TRY(kept(app)));
  Freed freed;
  freed.images = TRY(remove_unneeded(images, needed));
  freed.cache_bytes = TRY(prune_cache());
  return freed;
}

Result<Freed> Garbage::collect_all() {
  const auto images = TRY(engine_.list_images({{std::string(docker::kLabelInstance), instance_}}));
  auto needed = TRY(in_use());
  for (const state::AppRow& app : TRY(apps_.list())) {
    needed.merge(TRY(kept(app.name)));
  }
  Freed freed;
  freed.images = TRY(remove_unneeded(images, needed));
  freed.cache_bytes = TRY(prune_cache());
  return freed;
}

/// Of all containers, also those of other servers and people.
Result<std::set<ImageId>> Garbage::in_use() {
  std::set<ImageId> used;
  for (const auto& container : TRY(engine_.list_containers({}))) {
    used.insert(container.image);
  }
  return used;
}

Result<std::set<ImageId>> Garbage::kept(const AppName& app) {
  auto newest_first = TRY(releases_.images(app));
  const auto keep = static_cast<std::size_t>(std::max(settings_.keep_releases, 1));
  if (newest_first.size() > keep) {
    newest_first.resize(keep);
  }
  std::set<ImageId> images(newest_first.begin(), newest_first.end());
  // The live one may be an old image: a restart or a rollback repeats it.
  if (const auto live = TRY(releases_.live(app))) {
    images.insert(live->image);
  }
  return images;
}

bool Garbage::is_awaited(const ImageDetails& image, const std::vector<state::DeployRow>& deploys) {
  return std::ranges::any_of(deploys, [&](const state::DeployRow& deploy) {
    return deploy.image == image.id.value ||
           label_of(image.labels, docker::kLabelDeploy) == std::to_string(deploy.id);
  });
}

Result<int> Garbage::remove_unneeded(const Images& images, const std::set<ImageId>& needed) {
  const auto unfinished = TRY(deploys_.unfinished());
  int removed = 0;
  for (const ImageDetails& image : images) {
    if (!is_own_image(image, instance_) || needed.contains(image.id) ||
        is_awaited(image, unfinished)) {
      continue;
    }
    const auto done = engine_.remove_image(image.id);
    if (!done && done.error().code == ErrorCode::Unavailable) {
      return done.error();
    }
    if (!done) {
      log::warn("image {} stays: {}", image.id.value, done.error().for_log());
    } else {
      ++removed;
    }
  }
  return removed;
}

Result<long long> Garbage::prune_cache() {
  auto pruned = engine_.prune_build_cache(settings_.cache_bytes);
  if (!pruned && pruned.error().code != ErrorCode::Unavailable) {
    // An engine prunes once at a time, and some (Podman) cannot at all.
    log::warn("the build cache is not pruned: {}", pruned.error().for_log());
    return 0LL;
  }
  return pruned;
}

}  // namespace minpaas::hooks
