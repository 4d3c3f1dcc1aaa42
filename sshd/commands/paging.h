#pragma once

#include "core/state/page.h"
#include "sshd/commands/arguments.h"
#include "sshd/commands/command.h"

/// Lists that grow are read in parts.
namespace minpaas::sshd::commands {

/// `--limit|-n N`, with what it is otherwise.
Option limit_option(std::string_view help);
/// `--before WORD`
Option before_option(std::string_view word);

/// `--limit` and, as a number, `--before`. Errors: InvalidInput.
Result<state::Page> parse_page(const Arguments& args, int usual);

}  // namespace minpaas::sshd::commands
