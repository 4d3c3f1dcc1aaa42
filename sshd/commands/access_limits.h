#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/app/access_scope.h"
#include "core/base/clock.h"
#include "sshd/commands/arguments.h"

/// What keys:add and tokens:create have in common: what is made may do less than its owner, and
/// not for ever.
namespace minpaas::sshd::commands {

/// `--scope`, which may come several times. Errors: InvalidInput.
Result<std::vector<ScopeRule>> parse_scope(const Arguments& args);
/// `--expires`, from now on; absent when it is not there. Errors: InvalidInput.
Result<std::optional<milliseconds>> parse_lifetime(const Arguments& args);

/// The rules as they were given.
std::vector<std::string> scope_texts(const AccessScope& scope);

}  // namespace minpaas::sshd::commands
