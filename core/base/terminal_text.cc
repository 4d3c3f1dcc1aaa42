#include "core/base/terminal_text.h"

#include <algorithm>

namespace minpaas {
namespace {

constexpr char kEscape = '\x1b';
constexpr std::string_view kReplacement = "\xef\xbf\xbd";
/// ECMA-48: parameter and intermediate bytes are 0x20 to 0x3f, the final byte is 0x40 to 0x7e.
constexpr std::size_t kMostSequenceBytes = 64;

bool is_parameter(char c) {
  return c >= 0x20 && c <= 0x3f;
}

bool is_colour(std::string_view parameters) {
  return std::all_of(parameters.begin(), parameters.end(),
                     [](char c) { return (c >= '0' && c <= '9') || c == ';' || c == ':'; });
}

/// Length of the sequence at the start of `text`, whose first byte is ESC; `keep` when it is SGR.
std::size_t escape_length(std::string_view text, bool& keep) {
  keep = false;
  if (text.size() < 2) {
    return 1;
  }
  if (text[1] == '[') {
    std::size_t end = 2;
    while (end < text.size() && end < kMostSequenceBytes && is_parameter(text[end])) {
      ++end;
    }
    if (end == text.size() || text[end] < 0x40 || text[end] > 0x7e) {
      return end;
    }
    keep = text[end] == 'm' && is_colour(text.substr(2, end - 2));
    return end + 1;
  }
  if (text[1] == ']' || text[1] == 'P' || text[1] == '_' || text[1] == '^' || text[1] == 'X') {
    // Operating system commands and other strings last until BEL or ESC backslash.
    const auto end = text.find_first_of("\x07\x1b", 2);
    if (end == std::string_view::npos) {
      return text.size();
    }
    return text[end] == kEscape ? std::min(end + 2, text.size()) : end + 1;
  }
  return 2;
}

/// Length of the UTF-8 character at the start of `text`, 0 when it is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80                    ? 1
                             : first >= 0xc2 && first < 0xe0 ? 2
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
  if (length == 0 || length > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) {
      return 0;
    }
  }
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool outside = (first == 0xed && byte(1) >= 0xa0) || (first == 0xf4 && byte(1) >= 0x90);
  return overlong || outside ? 0 : length;
}

char32_t code_point(std::string_view character) {
  if (character.size() == 1) {
    return static_cast<unsigned char>(character[0]);
  }
  // The first byte of n has n + 1 bits of length.
  char32_t point = static_cast<unsigned char>(character[0]) & (0xffU >> (character.size() + 1));
  for (const char c : character.substr(1)) {
    point = (point << 6U) | (static_cast<unsigned char>(c) & 0x3fU);
  }
  return point;
}

/// Controls of C0 and C1, line and paragraph separators, and what turns the direction of text
/// (Unicode UAX 9): with it a line shows other words than it has.
bool is_control(std::string_view character) {
  const char32_t point = code_point(character);
  return (point < 0x20 && point != '\t') || (point >= 0x7f && point < 0xa0) || point == 0x61c ||
         (point >= 0x200e && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
         (point >= 0x2066 && point <= 0x2069);
}

constexpr std::string_view kReset = "\x1b[0m";

bool is_reset(std::string_view colour) {
  return colour == kReset || colour == "\x1b[m";
}

}  // namespace

std::string sanitize_terminal(std::string_view line) {
  std::string clean;
  clean.reserve(line.size());
  bool coloured = false;
  while (!line.empty()) {
    if (line.front() == kEscape) {
      bool keep = false;
      const auto length = escape_length(line, keep);
      if (keep) {
        clean += line.substr(0, length);
        coloured = !is_reset(line.substr(0, length));
      }
      line.remove_prefix(length);
      continue;
    }
    const auto length = utf8_length(line);
    if (length == 0) {
      clean += kReplacement;
      line.remove_prefix(1);
      continue;
    }
    if (!is_control(line.substr(0, length))) {
      clean += line.substr(0, length);
    }
    line.remove_prefix(length);
  }
  return coloured ? clean.append(kReset) : clean;
}

}  // namespace minpaas
