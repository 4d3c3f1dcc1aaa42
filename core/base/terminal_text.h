#pragma once

#include <string>
#include <string_view>

namespace minpaas {

/// One line of a program's output, safe to print on someone's terminal: printable text, tabs and
/// colours (`ESC [ ... m`) stay; every other control sequence and control character is dropped,
/// also C1 ones in UTF-8. Bytes that are no UTF-8 become U+FFFD. Line ends are dropped.
std::string sanitize_terminal(std::string_view line);

}  // namespace minpaas
