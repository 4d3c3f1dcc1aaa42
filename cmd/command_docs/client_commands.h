#pragma once

#include <vector>

#include "sshd/commands/command.h"

namespace minpaas::command_docs {

/// What `minpaas` does itself, in the form of the server's table; cmd/minpaas/ does it.
std::vector<sshd::commands::Command> client_commands();

}  // namespace minpaas::command_docs
