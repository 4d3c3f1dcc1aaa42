#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/docker/engine.h"

namespace minpaas::hooks {

/// What one installation has made in the engine, and so may stop and remove. The engine gives the
/// labels of an image to every container that a person starts from it and to every image that a
/// person builds on it, so labels of app and installation alone do not tell.

/// Labels of a built image; `label` is that of its app. Those that only containers have are there
/// too, empty: a Dockerfile cannot set them.
docker::Labels image_labels(const std::string& label, const std::string& instance,
                            std::int64_t deploy);

/// `localhost/minpaas/blog:d7-`, of the app's label, and 16 random hex digits: a Dockerfile of
/// another app cannot guess it, and read the files of this one by a FROM.
std::string image_tag(std::string_view label, std::int64_t deploy);

/// Running or not, those of `instance` that carry `more` as well.
Result<std::vector<docker::ContainerDetails>> own_containers(docker::Engine& engine,
                                                             const std::string& instance,
                                                             docker::Labels more);

/// Carries the labels, and no name that a person gave it.
bool is_own_image(const docker::ImageDetails& image, std::string_view instance);

}  // namespace minpaas::hooks
