#include "core/app/health_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/terminal_text.h"

namespace minpaas {

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

std::string describe(const HealthCheck& check) {
  const std::string port = check.port == 0 ? "" : fmt::format(" on port {}", check.port);
  if (!check.path.empty()) {
    return fmt::format("GET {}{}{}", check.path, port,
                       check.content.empty() ? "" : " with the expected content");
  }
  if (!check.command.empty()) {
    return "command " + sanitize_terminal(fmt::format("{}", fmt::join(check.command, " ")));
  }
  return check.uptime ? fmt::format("uptime {} s", check.uptime->count()) : "listening" + port;
}

}  // namespace minpaas
