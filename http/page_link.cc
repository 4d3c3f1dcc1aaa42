#include "http/page_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "sshd/commands/paging.h"

namespace minpaas::http {
namespace {

constexpr std::string_view kLimit = "--limit=";

/// The query as it came, without what says which part.
std::string other_fields(std::string_view target, std::string_view cursor) {
  std::string fields;
  const auto mark = target.find('?');
  if (mark == std::string_view::npos) {
    return fields;
  }
  for (const std::string_view field : split(target.substr(mark + 1), '&')) {
    const std::string_view name = field.substr(0, field.find('='));
    const bool is_plain = field.find_first_of("<>\"") == std::string_view::npos;
    if (!field.empty() && is_plain && name != "limit" && name != cursor) {
      fields += fmt::format("{}&", field);
    }
  }
  return fields;
}

/// As the value of a field of a query.
std::string text_of(const nlohmann::json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  std::string encoded;
  for (const char c : text) {
    const bool stays = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    encoded += stays ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

}  // namespace

int page_size(const Route& route, CommandWords& call) {
  for (const auto& word : call.words) {
    if (word.text.starts_with(kLimit)) {
      const auto size = parse_number(word.text.substr(kLimit.size()), "", 0, 1'000'000);
      return size ? static_cast<int>(*size) : 0;
    }
  }
  const int size = route.page_cursor() == "after" ? sshd::commands::kMostRows : kUsualPage;
  call.words.insert(call.words.begin(), {fmt::format("{}{}", kLimit, size)});
  return size;
}

void add_next_link(const Route& route, const Request& request, int size, Reply& reply) {
  const auto rows = nlohmann::json::parse(reply.body, nullptr, false);
  if (reply.status != 200 || !rows.is_array() || rows.empty() || std::ssize(rows) < size) {
    return;
  }
  // Lines come with the oldest first.
  const auto& last = route.answer == Answer::Lines ? rows.front() : rows.back();
  const auto key = last.find(route.page_key);
  if (key == last.end()) {
    return;
  }
  const std::string_view target = request.target;
  const std::string_view cursor = route.page_cursor();
  reply.headers.emplace_back(
      "Link", fmt::format("<{}?{}limit={}&{}={}>; rel=\"next\"", target.substr(0, target.find('?')),
                          other_fields(target, cursor), size, cursor, text_of(*key)));
}

}  // namespace minpaas::http
