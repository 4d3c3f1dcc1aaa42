#pragma once

#include <set>
#include <string>
#include <vector>

#include "config/settings.h"
#include "core/app/app_name.h"
#include "core/base/result.h"
#include "core/docker/engine.h"
#include "core/state/stores.h"

namespace minpaas::hooks {

struct Freed {
  /// Removed images. Their layers may be shared, so their sizes do not add up to what it freed.
  int images = 0;
  long long cache_bytes = 0;
};

/// Removes images that no kept release needs, and build cache beyond its budget. It looks only at
/// images that carry this instance's label and an app's, and never removes one that a release it
/// keeps, an unfinished deploy or any container uses. Thread: any.
class Garbage {
 public:
  /// `instance` is the value of docker::kLabelInstance.
  Garbage(docker::Engine& engine, state::AppStore& apps, state::ReleaseStore& releases,
          state::DeployStore& deploys, std::string instance, const config::BuildSettings& settings)
      : engine_(engine),
        apps_(apps),
        releases_(releases),
        deploys_(deploys),
        instance_(std::move(instance)),
        settings_(settings) {}

  /// After a deploy of the app: images beyond its last `keep_releases`, and the build cache. What
  /// cannot be removed now is left to the next time. Errors: the engine or the database does not
  /// answer.
  Result<Freed> collect(const AppName& app);
  /// At the start of the server: the same for every app, and images of apps that are gone.
  Result<Freed> collect_all();

 private:
  using Images = std::vector<docker::ImageDetails>;

  Result<std::set<ImageId>> in_use();
  Result<std::set<ImageId>> kept(const AppName& app);
  /// Whether one of the unfinished deploys makes the image or goes back to it.
  static bool is_awaited(const docker::ImageDetails& image,
                         const std::vector<state::DeployRow>& deploys);
  Result<int> remove_unneeded(const Images& images, const std::set<ImageId>& needed);
  Result<long long> prune_cache();

  docker::Engine& engine_;
  state::AppStore& apps_;
  state::ReleaseStore& releases_;
  state::DeployStore& deploys_;
  std::string instance_;
  config::BuildSettings settings_;
};

}  // namespace minpaas::hooks
