#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/app/config_var.h"
#include "sshd/commands/invocation.h"

/// How KEY=VALUE and KEY are typed, the same for all commands that take them.
namespace minpaas::sshd::commands {

/// All changes that the operands behind the app and standard input ask for: KEY=VALUE, `KEY=-`
/// (the input is the value), `-` (the input is KEY=VALUE lines). `command` is what was typed before
/// them, `config:set blog`, for advice. Errors: InvalidInput.
Result<ConfigVars> read_config_changes(Invocation& call, const std::string& command);

/// A name, where people may have typed a whole KEY=VALUE, which is then not repeated. Errors:
/// InvalidInput.
Result<ConfigKey> parse_config_name(const std::string& word, std::string_view verb);

/// `A, B`.
std::string names_of(const std::vector<ConfigKey>& keys);

}  // namespace minpaas::sshd::commands
