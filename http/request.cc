#include "http/request.h"

#include <algorithm>

#include "core/base/text.h"

namespace minpaas::http {
namespace {

enum class Plus { IsSpace, IsPlus };

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? std::optional(lower - 'a' + 10) : std::nullopt;
}

std::optional<std::string> decode(std::string_view text, Plus plus) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::IsSpace) {
      decoded += ' ';
      continue;
    }
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
    if (!low) {
      return std::nullopt;
    }
    decoded += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return decoded;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

Problem bad_target(std::string detail) {
  return {.status = 400, .code = "invalid_input", .detail = std::move(detail)};
}

}  // namespace

OrProblem<Target> parse_target(std::string_view target) {
  const auto mark = target.find('?');
  const std::string_view path = target.substr(0, mark);
  if (!path.starts_with('/')) {
    return bad_target("the path does not begin with /");
  }
  Target parsed;
  for (const std::string_view part : split(path.substr(1), '/')) {
    const auto segment = decode(part, Plus::IsPlus);
    if (!segment || has_control(*segment) || segment->find('/') != std::string::npos ||
        *segment == "." || *segment == "..") {
      return bad_target("a part of the path is no name");
    }
    parsed.segments.push_back(*segment);
  }
  if (mark == std::string_view::npos) {
    return parsed;
  }
  for (const std::string_view part : split(target.substr(mark + 1), '&')) {
    if (part.empty()) {
      continue;
    }
    const auto equals = part.find('=');
    const auto name = decode(part.substr(0, equals), Plus::IsSpace);
    const auto value = equals == std::string_view::npos
                           ? std::string()
                           : decode(part.substr(equals + 1), Plus::IsSpace);
    if (!name || !value) {
      return bad_target("the query is not percent-encoded as it should be");
    }
    parsed.query.emplace_back(*name, *value);
  }
  return parsed;
}

}  // namespace minpaas::http
