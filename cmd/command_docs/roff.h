#pragma once

#include <string>
#include <string_view>

namespace minpaas::command_docs::roff {

/// The text as it is to be read, whatever characters and first characters of lines are in it.
std::string text(std::string_view plain);
/// The same in quotes, as one word for a macro.
std::string word(std::string_view plain);
/// Lines that are shown as they are, each of them.
std::string verbatim(std::string_view lines);
/// `.TP`, the term in bold, and what it means.
std::string item(std::string_view term, std::string_view meaning);

}  // namespace minpaas::command_docs::roff
