#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/app/config_var.h"
#include "sshd/commands/shell_word.h"

namespace minpaas::sshd::commands {

/// Standard input of `config:set APP -` may be this long.
constexpr std::size_t kMostConfigInputBytes = 1024 * 1024;

/// KEY=VALUE arguments as changes; `command` is what was typed before them, `config:set blog`.
/// Errors: InvalidInput, with the way to quote as hint. No value is ever in a message, nor a word
/// that may be the rest of one.
Result<ConfigVars> parse_assignments(std::span<const Word> words, std::string_view command);

/// `KEY=VALUE` lines, as in a .env file: blank lines and `#` lines are skipped, `export ` before
/// the key too. A value that begins with a quote is read by read_shell_word and may go over several
/// lines; any other value is the rest of its line as it is. Errors: InvalidInput, with the line.
Result<ConfigVars> parse_config_lines(std::string_view text);

/// `KEY=VALUE\n` such that parse_config_lines gives the value back; in quotes only where needed.
std::string format_config_line(const ConfigKey& key, const Secret& value);

}  // namespace minpaas::sshd::commands
