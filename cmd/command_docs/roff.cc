#include "cmd/command_docs/roff.h"

#include <fmt/format.h>

namespace minpaas::command_docs::roff {
namespace {

/// Bare, some of these are typographic signs in groff's output, and cannot be copied into a shell.
std::string_view escape(char c) {
  switch (c) {
    case '\\':
      return "\\e";
    case '-':
      return "\\-";
    case '~':
      return "\\(ti";
    case '^':
      return "\\(ha";
    case '`':
      return "\\(ga";
    case '\'':
      return "\\(aq";
    case '"':
      return "\\(dq";
    default:
      return "";
  }
}

}  // namespace

std::string text(std::string_view plain) {
  std::string escaped;
  for (const char c : plain) {
    if (c == '.' && (escaped.empty() || escaped.back() == '\n')) {
      escaped += "\\&";
    }
    const auto sign = escape(c);
    escaped += sign.empty() ? std::string_view(&c, 1) : sign;
  }
  return escaped;
}

std::string word(std::string_view plain) {
  return fmt::format("\"{}\"", text(plain));
}

std::string verbatim(std::string_view lines) {
  std::string shown = text(lines);
  for (std::size_t at = 0; (at = shown.find("\n\n", at)) != std::string::npos;) {
    shown.insert(at + 1, "\\&");
  }
  return fmt::format(".nf\n{}\n.fi\n", shown);
}

std::string item(std::string_view term, std::string_view meaning) {
  return fmt::format(".TP\n.B {}\n{}\n", word(term), text(meaning));
}

}  // namespace minpaas::command_docs::roff
