#include "http/page_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace minpaas::http {
namespace {

constexpr std::string_view kLimit = "--limit=";

/// The query as it came, without what says which part.
std::string other_fields(std::string_view target) {
  std::string fields;
  const auto mark = target.find('?');
  if (mark == std::string_view::npos) {
    return fields;
  }
  for (const std::string_view field : split(target.substr(mark + 1), '&')) {
    const std::string_view name = field.substr(0, field.find('='));
    const bool is_plain = field.find_first_of("<>\"") == std::string_view::npos;
    if (!field.empty() && is_plain && name != "limit" && name != "before") {
      fields += fmt::format("{}&", field);
    }
  }
  return fields;
}

std::string text_of(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

int page_size(CommandWords& call) {
  for (const auto& word : call.words) {
    if (word.text.starts_with(kLimit)) {
      const auto size = parse_number(word.text.substr(kLimit.size()), "", 0, 1'000'000);
      return size ? static_cast<int>(*size) : 0;
    }
  }
  call.words.insert(call.words.begin(), {fmt::format("{}{}", kLimit, kUsualPage)});
  return kUsualPage;
}

void add_next_link(const Route& route, const Request& request, int size, Reply& reply) {
  const auto rows = nlohmann::json::parse(reply.body, nullptr, false);
  if (reply.status != 200 || !rows.is_array() || rows.empty() || std::ssize(rows) < size) {
    return;
  }
  // Lines come with the oldest first.
  const auto& oldest = route.answer == Answer::Lines ? rows.front() : rows.back();
  const auto key = oldest.find(route.page_key);
  if (key == oldest.end()) {
    return;
  }
  const std::string_view target = request.target;
  reply.headers.emplace_back("Link", fmt::format("<{}?{}limit={}&before={}>; rel=\"next\"",
                                                 target.substr(0, target.find('?')),
                                                 other_fields(target), size, text_of(*key)));
}

}  // namespace minpaas::http
