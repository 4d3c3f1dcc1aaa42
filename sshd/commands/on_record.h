#pragma once

#include <optional>
#include <string_view>

#include "core/app/config_var.h"
#include "sshd/commands/invocation.h"

namespace minpaas::sshd::commands {

/// The name in KEY=VALUE, where it can be no secret: when something went wrong a word without a
/// value may be one whose name was forgotten, and base64 ends with `=`.
std::optional<ConfigKey> key_on_record(std::string_view word, std::string_view outcome);

/// Puts on record how the command went, when it changes something or was denied. Of what was typed
/// only that goes on record which can be no secret.
void put_on_record(const Command& command, const Invocation& call,
                   const std::vector<std::string>& apps, const Result<int>& result);

/// Puts on record that a program begins, which may run for long and outlive this server.
void put_start_on_record(const Command& command, const Invocation& call,
                         const std::vector<std::string>& apps);

/// Puts on record that the command was ended, since the actor may no longer do it.
void put_cut_on_record(const Command& command, const Invocation& call,
                       const std::vector<std::string>& apps);

}  // namespace minpaas::sshd::commands
