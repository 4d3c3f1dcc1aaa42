#pragma once

#include <string>
#include <string_view>

namespace minpaas::sshd::commands {

/// The text in single quotes, so that read_shell_word and any POSIX shell read it back; bare where
/// it is made of characters that mean nothing to a shell.
std::string shell_quote(std::string_view text);

}  // namespace minpaas::sshd::commands
