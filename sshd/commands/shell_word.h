#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas::sshd::commands {

/// One word of a command line, its quotes taken off.
struct Word {
  std::string text;
  /// Quotes or backslashes were taken out of the middle of a bare KEY=VALUE, as in `A={"b":1}`:
  /// most likely the peer's own shell had already taken off the quotes that were to protect them.
  bool lost_quotes = false;
};

struct ReadWord {
  Word word;
  /// Bytes of the text that the word took, quotes included.
  std::size_t length = 0;
};

/// Reads the word at the start of `text` by the quoting rules of POSIX (Shell Command Language,
/// 2.2): single quotes, double quotes, backslash. Nothing is expanded: `$`, backticks, `*`, `;` and
/// `#` are ordinary characters. The word ends before a blank or line end outside quotes.
/// Errors: InvalidInput (an open quote, a backslash at the end); the text is never in the message.
Result<ReadWord> read_shell_word(std::string_view text);

}  // namespace minpaas::sshd::commands
