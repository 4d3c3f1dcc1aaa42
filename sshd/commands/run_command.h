#pragma once

#include "sshd/commands/invocation.h"

namespace minpaas::sshd::commands {

/// The apps that the command is about: operands called APP, OLD and NEW, and --app.
std::vector<std::string> apps_of(const Command& command, const Arguments& args);

/// Runs the command for every front, if the actor's scope allows it and for as long as they may (a
/// command that lasts ends soon after), and puts on record what was changed or denied: the one
/// place where scopes are looked at. Errors: PermissionDenied, those of the command.
Result<int> run_command(const Command& command, Invocation& call);

/// For who gives the answer again that the command had when the same actor, in `role_then`, ran it
/// with success: whether they might run it now. What it was about may be gone or another's by now.
/// A denial is put on record. Errors: those with which the command would be refused.
Result<void> require_allowed_again(const Command& command, const Invocation& call, Role role_then);

}  // namespace minpaas::sshd::commands
