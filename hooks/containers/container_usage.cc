#include "hooks/containers/container_usage.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/file.h"
#include "core/base/text.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostFileBytes = 64 * 1024;

std::optional<std::int64_t> number_in(std::string_view text) {
  const auto number = parse_number(trim(text), "", 0, std::numeric_limits<long long>::max());
  return number ? std::optional<std::int64_t>(*number) : std::nullopt;
}

std::optional<std::int64_t> number_of(const std::filesystem::path& file) {
  const auto text = read_file(file, kMostFileBytes);
  return text ? number_in(*text) : std::nullopt;
}

/// `usage_usec N` of cpu.stat (Linux, Documentation/admin-guide/cgroup-v2.rst).
std::optional<std::int64_t> used_microseconds(const std::filesystem::path& file) {
  const auto text = read_file(file, kMostFileBytes);
  if (!text) {
    return std::nullopt;
  }
  constexpr std::string_view kKey = "usage_usec ";
  for (const std::string_view line : split(*text, '\n')) {
    if (line.starts_with(kKey)) {
      return number_in(line.substr(kKey.size()));
    }
  }
  return std::nullopt;
}

std::optional<ContainerUsage> usage(std::optional<std::int64_t> microseconds,
                                    std::optional<std::int64_t> memory_bytes) {
  return microseconds && memory_bytes
             ? std::optional(
                   ContainerUsage{std::chrono::microseconds(*microseconds), *memory_bytes})
             : std::nullopt;
}

}  // namespace

std::optional<ContainerUsage> usage_of(const docker::ContainerId& container,
                                       const std::filesystem::path& root) {
  const bool is_id = !container.value.empty() &&
                     container.value.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!is_id) {
    return std::nullopt;
  }
  for (const auto& folder : {root / fmt::format("system.slice/docker-{}.scope", container.value),
                             root / "docker" / container.value}) {
    if (auto found =
            usage(used_microseconds(folder / "cpu.stat"), number_of(folder / "memory.current"))) {
      return found;
    }
  }
  constexpr std::int64_t kNanosecondsInOne = 1000;
  auto nanoseconds = number_of(root / "cpuacct/docker" / container.value / "cpuacct.usage");
  if (nanoseconds) {
    *nanoseconds /= kNanosecondsInOne;
  }
  return usage(nanoseconds,
               number_of(root / "memory/docker" / container.value / "memory.usage_in_bytes"));
}

}  // namespace minpaas::hooks
