#include "cmd/minpaas/json_text.h"

#include <cstdint>

namespace minpaas::client {
namespace {

/// Four hexadecimal digits; nothing when they are not there.
std::optional<std::uint32_t> hex4(std::string_view text) {
  if (text.size() < 4) {
    return std::nullopt;
  }
  std::uint32_t value = 0;
  for (const char c : text.substr(0, 4)) {
    const auto digit = std::string_view("0123456789abcdef").find(static_cast<char>(c | 0x20));
    if (digit == std::string_view::npos) {
      return std::nullopt;
    }
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return value;
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xc0 | code >> 6);
    add(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    add(0xe0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3f));
    add(0x80 | (code & 0x3f));
  } else {
    add(0xf0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3f));
    add(0x80 | (code >> 6 & 0x3f));
    add(0x80 | (code & 0x3f));
  }
}

/// Takes what stands behind `\u` off, the second half of a pair too.
bool take_code(std::string_view& rest, std::string& text) {
  const auto first = hex4(rest);
  if (!first) {
    return false;
  }
  rest.remove_prefix(4);
  const bool is_high = *first >= 0xd800 && *first < 0xdc00;
  const auto second = is_high && rest.starts_with("\\u") ? hex4(rest.substr(2)) : std::nullopt;
  if (second) {
    rest.remove_prefix(6);
    append_utf8(text, 0x10000 + ((*first - 0xd800) << 10) + ((*second - 0xdc00) & 0x3ff));
  } else {
    append_utf8(text, *first);
  }
  return true;
}

/// `rest` begins behind the quote.
std::optional<std::string> read_string(std::string_view rest) {
  constexpr std::string_view kShort = "\"\\/bfnrt";
  constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
  std::string text;
  while (!rest.empty() && rest.front() != '"') {
    if (rest.front() != '\\') {
      text += rest.front();
      rest.remove_prefix(1);
      continue;
    }
    const char kind = rest.size() > 1 ? rest[1] : '\0';
    rest.remove_prefix(rest.size() > 1 ? 2 : 1);
    const auto place = kShort.find(kind);
    if (place != std::string_view::npos) {
      text += kMeant[place];
    } else if (kind != 'u' || !take_code(rest, text)) {
      return std::nullopt;
    }
  }
  return rest.empty() ? std::nullopt : std::optional<std::string>(text);
}

}  // namespace

std::optional<std::string> json_field(std::string_view json, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":";
  for (auto at = json.find(key); at != std::string_view::npos; at = json.find(key, at + 1)) {
    const auto value = json.find_first_not_of(" \n", at + key.size());
    if (value != std::string_view::npos && json[value] == '"') {
      return read_string(json.substr(value + 1));
    }
  }
  return std::nullopt;
}

std::string json_string(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20) {
      quoted += "\\u00";
      quoted += kDigits[byte >> 4];
      quoted += kDigits[byte & 15];
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

}  // namespace minpaas::client
