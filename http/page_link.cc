#include "http/page_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

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

/// The objects in a list of JSON.
struct Rows {
  int count = 0;
  std::string_view first;
  std::string_view last;
};

/// Of a text of JSON that begins at `begin`, its second quotation mark.
std::size_t end_of_text(std::string_view json, std::size_t begin) {
  std::size_t at = begin + 1;
  while (at < json.size() && json[at] != '"') {
    at += json[at] == '\\' ? 2 : 1;
  }
  return at;
}

/// Of a list that was just written, so that nothing has to be checked: the first byte waits for
/// this, and a parser takes a multiple of the time.
Rows rows_of(std::string_view list) {
  Rows rows;
  if (!list.starts_with('[')) {
    return rows;
  }
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < list.size(); ++at) {
    switch (list[at]) {
      case '"':
        at = end_of_text(list, at);
        break;
      case '[':
      case '{':
        begin = depth == 1 ? at : begin;
        ++depth;
        break;
      case ']':
      case '}':
        --depth;
        if (depth == 1) {
          rows.last = list.substr(begin, at + 1 - begin);
          rows.first = rows.count == 0 ? rows.last : rows.first;
          ++rows.count;
        }
        break;
      default:
        break;
    }
  }
  return rows;
}

/// What the row has in this field; absent when it has none.
std::optional<std::string> key_of(std::string_view row, std::string_view field) {
  const auto fields = nlohmann::json::parse(row, nullptr, false);
  const auto found = fields.find(field);
  if (found == fields.end()) {
    return std::nullopt;
  }
  return found->is_string() ? found->get<std::string>() : found->dump();
}

/// As the value of a field of a query.
std::string encode(std::string_view text) {
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
  const Rows rows = reply.status == 200 ? rows_of(reply.body) : Rows();
  if (rows.count == 0 || rows.count < size) {
    return;
  }
  // Lines come with the oldest first.
  const auto key = key_of(route.answer == Answer::Lines ? rows.first : rows.last, route.page_key);
  if (!key) {
    return;
  }
  const std::string_view target = request.target;
  const std::string_view cursor = route.page_cursor();
  reply.headers.emplace_back(
      "Link", fmt::format("<{}?{}limit={}&{}={}>; rel=\"next\"", target.substr(0, target.find('?')),
                          other_fields(target, cursor), size, cursor, encode(*key)));
}

}  // namespace minpaas::http
