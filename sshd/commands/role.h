#pragma once

#include <string_view>

#include "core/app/actor.h"
#include "core/base/result.h"

namespace minpaas::sshd::commands {

/// `admin` or `member`. Errors: InvalidInput.
Result<Role> parse_role(std::string_view word);
/// `an administrator`, `a member`.
std::string_view role_phrase(Role role);

}  // namespace minpaas::sshd::commands
