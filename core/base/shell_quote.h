#pragma once

#include <string>
#include <string_view>

namespace minpaas {

/// The text in single quotes, so that any POSIX shell (Shell Command Language, 2.2) reads it back
/// as one word; bare where it is made of characters that mean nothing to a shell.
std::string shell_quote(std::string_view text);

}  // namespace minpaas
