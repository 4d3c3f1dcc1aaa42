#include "sshd/commands/since.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace minpaas::sshd::commands {

Result<SystemTime> parse_since(std::string_view text, SystemTime now) {
  if (const auto age = parse_duration_ms(text, "--since")) {
    const auto since_epoch =
        std::chrono::duration_cast<milliseconds>(now.time_since_epoch()).count();
    return *age > since_epoch ? SystemTime() : now - milliseconds(*age);
  }
  if (const auto moment = parse_rfc3339(text)) {
    return *moment;
  }
  return Error{ErrorCode::InvalidInput, fmt::format("--since '{}' is no time", text),
               "write it as 30s, 10m, 2h, 1d or 2026-11-23T12:00:00Z", ""};
}

}  // namespace minpaas::sshd::commands
