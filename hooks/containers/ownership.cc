#include "hooks/containers/ownership.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace minpaas::hooks {
namespace {

constexpr std::string_view kRepository = "localhost/minpaas/";

std::string label_of(const docker::Labels& labels, std::string_view name) {
  const auto found = labels.find(std::string(name));
  return found == labels.end() ? "" : found->second;
}

}  // namespace

docker::Labels image_labels(const std::string& label, const std::string& instance,
                            std::int64_t deploy) {
  return {{std::string(docker::kLabelApp), label},
          {std::string(docker::kLabelInstance), instance},
          {std::string(docker::kLabelDeploy), std::to_string(deploy)},
          {std::string(docker::kLabelRelease), ""},
          {std::string(docker::kLabelProcess), ""},
          {std::string(docker::kLabelOneOff), ""}};
}

std::string image_tag(std::string_view label, std::int64_t deploy) {
  std::random_device random;
  return fmt::format("{}{}:d{}-{:08x}{:08x}", kRepository, label, deploy, random(), random());
}

Result<std::vector<docker::ContainerDetails>> own_containers(docker::Engine& engine,
                                                             const std::string& instance,
                                                             docker::Labels more) {
  more.emplace(docker::kLabelInstance, instance);
  auto containers = TRY(engine.list_containers(more));
  std::erase_if(containers, [](const docker::ContainerDetails& container) {
    return label_of(container.labels, docker::kLabelApp).empty() ||
           label_of(container.labels, docker::kLabelProcess).empty();
  });
  return containers;
}

bool is_own_image(const docker::ImageDetails& image, std::string_view instance) {
  const auto ours = [&](const std::string& tag) {
    return tag.starts_with(kRepository) && tag.find(":d") != std::string::npos;
  };
  return !instance.empty() && label_of(image.labels, docker::kLabelInstance) == instance &&
         !label_of(image.labels, docker::kLabelApp).empty() &&
         std::ranges::all_of(image.tags, ours);
}

}  // namespace minpaas::hooks
