#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/docker/engine.h"

namespace minpaas::hooks {

/// What a container that runs has used of the host.
struct ContainerUsage {
  std::chrono::microseconds processor{0};
  /// Memory in use now, file cache that can be given back included.
  std::int64_t memory_bytes = 0;
};

/// Reads the container's control group where the kernel shows it (cgroup v2 with systemd's or
/// cgroupfs' names, or v1), without asking the engine, which takes a second or more for many.
/// Absent: it does not run, or the groups are not to be seen here. `root` is /sys/fs/cgroup.
std::optional<ContainerUsage> usage_of(const docker::ContainerId& container,
                                       const std::filesystem::path& root = "/sys/fs/cgroup");

}  // namespace minpaas::hooks
