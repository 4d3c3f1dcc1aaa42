#pragma once

#include <string>

#include "sshd/commands/command.h"

namespace minpaas::sshd::commands {

/// All commands with their summaries.
std::string overview();
/// Usage, options, details and example of one.
std::string explain(const Command& command);

}  // namespace minpaas::sshd::commands
