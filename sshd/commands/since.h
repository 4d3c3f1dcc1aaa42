#pragma once

#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace minpaas::sshd::commands {

/// The value of --since: `10m` before `now`, or a moment. Errors: InvalidInput.
Result<SystemTime> parse_since(std::string_view text, SystemTime now);

}  // namespace minpaas::sshd::commands
