#pragma once

#include <filesystem>

#include "core/base/result.h"

/// BuildKit has no limits of its own: the steps of all builds run below one cgroup of the engine,
/// `docker/buildkit`, and what that may use is set there, on this host and with the rights of root.
namespace minpaas::docker {

struct BuildLimits {
  /// Of all builds together; 0: no limit.
  long long memory_bytes = 0;
  double cpus = 0;

  bool operator==(const BuildLimits&) const = default;
};

inline constexpr const char* kCgroupRoot = "/sys/fs/cgroup";

/// Whether the engine has such a group: not with cgroups that systemd makes, each of its own.
bool has_build_cgroup(const std::filesystem::path& root);

/// Whether limit_build_cgroup will do on this host: minpaasd is root, and systemd does not make the
/// engine's cgroups. Where the engine has run nothing yet it has no group, and will make it.
bool can_limit_buildkit();

/// Sets the limits, and that other programs come before builds where there are not enough
/// processors for all, and that no more than some thousand processes run. Both versions of cgroups.
/// Errors: Unavailable (no such group, or no rights).
Result<void> limit_build_cgroup(const std::filesystem::path& root, const BuildLimits& limits);

}  // namespace minpaas::docker
