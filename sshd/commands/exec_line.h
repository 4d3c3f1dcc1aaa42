#pragma once

#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "sshd/commands/shell_word.h"

namespace minpaas::sshd::commands {

/// What SSH delivers may be this long; more is refused.
constexpr std::size_t kMostExecLineBytes = 4096;
constexpr std::size_t kMostExecWords = 512;

/// The words of a command as an SSH client sends it: `ssh host a "b c"` arrives as `a b c`, the
/// local shell has taken off its quotes, and what quotes are left are taken off here. One command,
/// one line: a line end outside quotes is refused, since it is most often half of a value.
/// Errors: InvalidInput (open quote, line end, NUL, too long), never with the text in the message.
Result<std::vector<Word>> split_exec_line(std::string_view line);

}  // namespace minpaas::sshd::commands
