#pragma once

#include <string>
#include <string_view>

namespace minpaas {

/// One line of a program's output, safe to print on someone's terminal: printable text, tabs and
/// colours (`ESC [ ... m`) stay, and a colour ends with the line; every other control sequence and
/// control character is dropped, also C1 ones in UTF-8 and those that turn the direction of text
/// (U+202E). Bytes that are no UTF-8 become U+FFFD. Line ends are dropped.
std::string sanitize_terminal(std::string_view line);

}  // namespace minpaas
