#pragma once

#include "sshd/commands/invocation.h"

namespace minpaas::sshd::commands {

/// The apps that the command is about: operands called APP, OLD and NEW, and --app.
std::vector<std::string> apps_of(const Command& command, const Arguments& args);

/// Runs the command for every front, if the actor's scope allows it and for as long as they may (a
/// command that lasts ends soon after), and puts on record what was changed or denied: the one
/// place where scopes are looked at. Errors: PermissionDenied, those of the command.
Result<int> run_command(const Command& command, Invocation& call);

}  // namespace minpaas::sshd::commands
