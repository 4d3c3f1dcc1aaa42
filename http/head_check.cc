#include "http/head_check.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

namespace minpaas::http {
namespace {

constexpr std::array<std::string_view, 6> kOnlyOnce{
    "host", "content-length", "authorization", "idempotency-key", "content-type", "last-event-id"};

bool is_token(std::string_view name) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](unsigned char c) {
    return std::isalnum(c) != 0 || kOthers.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool is_text(std::string_view value) {
  return std::ranges::all_of(
      value, [](char c) { return c == '\t' || (c != '\x7f' && (c < 0 || c >= ' ')); });
}

bool is_length(std::string_view value) {
  const auto begin = value.find_first_not_of(" \t");
  const auto end = value.find_last_not_of(" \t");
  const std::string_view digits =
      begin == std::string_view::npos ? "" : value.substr(begin, end - begin + 1);
  return !digits.empty() && digits.size() < 16 &&
         digits.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

HeadFault check_head(std::string_view head) {
  auto end = head.find("\r\n");
  if (end == std::string_view::npos || !is_text(head.substr(0, end))) {
    return HeadFault::Malformed;
  }
  std::vector<std::string> seen;
  for (auto begin = end + 2; begin < head.size(); begin = end + 2) {
    end = head.find("\r\n", begin);
    if (end == std::string_view::npos) {
      return HeadFault::Malformed;
    }
    const std::string_view line = head.substr(begin, end - begin);
    if (line.empty()) {
      return HeadFault::None;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
        !is_text(line.substr(colon + 1))) {
      return HeadFault::Malformed;
    }
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (name == "transfer-encoding" || name == "content-encoding") {
      return HeadFault::NoLength;
    }
    const bool again = std::ranges::count(seen, name) > 0;
    if ((again && std::ranges::count(kOnlyOnce, name) > 0) ||
        (name == "content-length" && !is_length(line.substr(colon + 1)))) {
      return HeadFault::Malformed;
    }
    seen.push_back(std::move(name));
  }
  return HeadFault::Malformed;
}

std::string without_ranges(std::string_view head) {
  constexpr std::string_view kRange = "range:";
  std::string kept;
  for (std::size_t begin = 0; begin < head.size();) {
    const auto end = head.find("\r\n", begin) + 2;
    const std::string_view line = head.substr(begin, end - begin);
    const bool is_range =
        std::ranges::equal(line.substr(0, kRange.size()), kRange,
                           [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
    kept += is_range ? std::string_view() : line;
    begin = end;
  }
  return kept;
}

bool lacks_length(std::string_view head) {
  if (head.starts_with("GET ") || head.starts_with("HEAD ")) {
    return false;
  }
  std::string names(head);
  std::ranges::transform(names, names.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return names.find("\r\ncontent-length:") == std::string::npos;
}

}  // namespace minpaas::http
