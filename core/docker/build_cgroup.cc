#include "core/docker/build_cgroup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <string>

#include "core/base/fd.h"

namespace minpaas::docker {
namespace {

namespace fs = std::filesystem;

constexpr const char* kGroup = "docker/buildkit";
constexpr int kPeriodMicros = 100'000;
/// A quarter of what containers have by default.
constexpr int kShares = 256;
constexpr int kWeight = 25;
/// Processes and threads of all builds together: far above what compilers and package managers
/// start, far below what a kernel has.
constexpr const char* kMostTasks = "8192";

bool is_unified(const fs::path& root) {
  std::error_code error;
  return fs::exists(root / "cgroup.controllers", error);
}

Result<void> write(const fs::path& file, const std::string& value) {
  const Fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd || ::write(fd.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size())) {
    return Error{ErrorCode::Unavailable, fmt::format("{} cannot be set", file.string()), "",
                 std::strerror(errno)};
  }
  return {};
}

Result<fs::path> group_in(const fs::path& hierarchy) {
  std::error_code error;
  if (!fs::is_directory(hierarchy / "docker", error)) {
    return Error{ErrorCode::Unavailable, "the engine has no cgroup for all builds", "",
                 hierarchy.string()};
  }
  fs::create_directory(hierarchy / kGroup, error);
  return hierarchy / kGroup;
}

std::string quota_of(double cpus) {
  return std::to_string(std::lround(cpus * kPeriodMicros));
}

Result<void> limit_unified(const fs::path& root, const BuildLimits& limits) {
  const auto group = TRY(group_in(root));
  // Where no container has run yet; failing shows with the files below.
  static_cast<void>(write(root / "docker/cgroup.subtree_control", "+cpu +memory"));
  // Kernels may count no processes.
  static_cast<void>(write(root / "docker/cgroup.subtree_control", "+pids"));
  static_cast<void>(write(group / "pids.max", kMostTasks));
  TRY(write(group / "cpu.weight", std::to_string(kWeight)));
  TRY(write(group / "cpu.max",
            fmt::format("{} {}", limits.cpus > 0 ? quota_of(limits.cpus) : "max", kPeriodMicros)));
  return write(group / "memory.max",
               limits.memory_bytes > 0 ? std::to_string(limits.memory_bytes) : "max");
}

/// The limit with swap may not be below the other, so their order depends on what was set before.
Result<void> limit_memory(const fs::path& group, const std::string& bytes) {
  const auto with_swap = group / "memory.memsw.limit_in_bytes";
  static_cast<void>(write(with_swap, "-1"));
  TRY(write(group / "memory.limit_in_bytes", bytes));
  // Kernels may count no swap.
  static_cast<void>(write(with_swap, bytes));
  return {};
}

Result<void> limit_separate(const fs::path& root, const BuildLimits& limits) {
  const auto cpu = TRY(group_in(root / "cpu"));
  TRY(write(cpu / "cpu.shares", std::to_string(kShares)));
  TRY(write(cpu / "cpu.cfs_period_us", std::to_string(kPeriodMicros)));
  TRY(write(cpu / "cpu.cfs_quota_us", limits.cpus > 0 ? quota_of(limits.cpus) : "-1"));
  if (const auto tasks = group_in(root / "pids")) {
    static_cast<void>(write(*tasks / "pids.max", kMostTasks));
  }
  const auto memory = TRY(group_in(root / "memory"));
  return limit_memory(memory, limits.memory_bytes > 0 ? std::to_string(limits.memory_bytes) : "-1");
}

}  // namespace

bool has_build_cgroup(const fs::path& root) {
  std::error_code error;
  return fs::is_directory(is_unified(root) ? root / "docker" : root / "memory/docker", error);
}

bool can_limit_buildkit() {
  std::error_code error;
  return ::geteuid() == 0 &&
         (has_build_cgroup(kCgroupRoot) || !fs::is_directory("/run/systemd/system", error));
}

Result<void> limit_build_cgroup(const fs::path& root, const BuildLimits& limits) {
  return is_unified(root) ? limit_unified(root, limits) : limit_separate(root, limits);
}

}  // namespace minpaas::docker
