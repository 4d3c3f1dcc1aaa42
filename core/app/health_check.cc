#include "core/app/health_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/terminal_text.h"

namespace minpaas {
namespace {

constexpr std::size_t kMostPathBytes = 2000;

}  // namespace

std::string_view to_string(CheckKind kind) {
  switch (kind) {
    case CheckKind::Startup:
      return "startup";
    case CheckKind::Liveness:
      return "liveness";
    case CheckKind::Readiness:
      return "readiness";
  }
  return "unknown";
}

bool is_check_path(std::string_view text) {
  return text.starts_with('/') && text.size() <= kMostPathBytes &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string describe(const HealthCheck& check) {
  const std::string port = check.port == 0 ? "" : fmt::format(" on port {}", check.port);
  if (!check.path.empty()) {
    return fmt::format("path {}{} below {}{}", check.path, port, check.bad_status_from,
                       check.content.empty() ? "" : " with the expected content");
  }
  if (!check.command.empty()) {
    return "command " + sanitize_terminal(fmt::format("{}", fmt::join(check.command, " ")));
  }
  return check.uptime ? fmt::format("uptime {} s", check.uptime->count()) : "listening" + port;
}

}  // namespace minpaas
