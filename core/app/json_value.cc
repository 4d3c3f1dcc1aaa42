#include "core/app/json_value.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/base/text_cut.h"

namespace minpaas {
namespace {

constexpr int kMostDepth = 32;
constexpr std::size_t kMostTextBytes = 16 * 1024;
constexpr std::size_t kMostKeyBytes = 100;

Error invalid(std::string message) {
  return {ErrorCode::InvalidInput, std::move(message), "", ""};
}

/// The line on which it stops being JSON.
std::ptrdiff_t line_of(std::string_view text, std::size_t byte) {
  // `byte` counts from 1, and is behind the end where more was expected.
  const std::size_t end = byte > text.size() ? text.find_last_not_of(" \t\r\n") + 1
                                             : std::max<std::size_t>(byte, 1) - 1;
  return 1 + std::ranges::count(text.substr(0, end), '\n');
}

}  // namespace

Result<Json> JsonValue::parse(std::string_view text) {
  bool too_deep = false;
  const auto bound_depth = [&too_deep](int depth, Json::parse_event_t /*event*/, Json& /*parsed*/) {
    too_deep = too_deep || depth > kMostDepth;
    return !too_deep;
  };
  try {
    Json document = Json::parse(text, bound_depth);
    if (!too_deep) {
      return document;
    }
  } catch (const Json::parse_error& broken) {
    return invalid(fmt::format("app.json is not valid JSON (line {})", line_of(text, broken.byte)));
  }
  return invalid(fmt::format("app.json is nested more than {} levels deep", kMostDepth));
}

Error JsonValue::must_be(std::string_view wanted) const {
  return invalid(path_.empty() ? fmt::format("app.json must be {}", wanted)
                               : fmt::format("app.json: {} must be {}", path_, wanted));
}

Error JsonValue::wrong(std::string_view why) const {
  return invalid(fmt::format("app.json: {}: {}", path_, why));
}

std::string JsonValue::below(std::string_view key) const {
  return path_ + (path_.empty() ? "" : ".") + shown_if_short(key, kMostKeyBytes);
}

Result<std::string> JsonValue::text() const {
  if (!json_->is_string()) {
    return must_be("a text");
  }
  const auto& text = json_->get_ref<const std::string&>();
  if (text.size() > kMostTextBytes) {
    return must_be(fmt::format("at most {} bytes long", kMostTextBytes));
  }
  if (text.find('\0') != std::string::npos) {
    return must_be("free of NUL characters");
  }
  return text;
}

Result<int> JsonValue::number(int least, int most) const {
  const bool fits =
      json_->is_number_integer() &&
      (json_->is_number_unsigned() ? json_->get<std::uint64_t>() <= static_cast<std::uint64_t>(most)
                                   : json_->get<std::int64_t>() >= least) &&
      json_->get<std::int64_t>() >= least && json_->get<std::int64_t>() <= most;
  if (!fits) {
    return must_be(fmt::format("a whole number from {} to {}", least, most));
  }
  return json_->get<int>();
}

Result<bool> JsonValue::flag() const {
  return json_->is_boolean() ? Result<bool>(json_->get<bool>()) : must_be("true or false");
}

Result<std::vector<JsonValue>> JsonValue::items(std::size_t most) const {
  if (!json_->is_array()) {
    return must_be("a list");
  }
  if (json_->size() > most) {
    return must_be(fmt::format("a list of at most {}", most));
  }
  std::vector<JsonValue> items;
  for (const Json& item : *json_) {
    items.emplace_back(item, fmt::format("{}[{}]", path_, items.size()));
  }
  return items;
}

Result<std::vector<std::pair<std::string, JsonValue>>> JsonValue::members(std::size_t most) const {
  if (!json_->is_object()) {
    return must_be("an object");
  }
  if (json_->size() > most) {
    return must_be(fmt::format("an object of at most {} members", most));
  }
  std::vector<std::pair<std::string, JsonValue>> members;
  for (const auto& [key, value] : json_->items()) {
    members.emplace_back(key, JsonValue(value, below(key)));
  }
  return members;
}

Result<std::optional<JsonValue>> JsonValue::find(std::string_view key) const {
  if (!json_->is_object()) {
    return must_be("an object");
  }
  const auto found = json_->find(key);
  if (found == json_->end() || found->is_null()) {
    return std::optional<JsonValue>();
  }
  return std::optional(JsonValue(*found, below(key)));
}

Result<std::optional<std::string>> JsonValue::find_text(std::string_view key) const {
  const auto found = TRY(find(key));
  return found ? Result(std::optional(TRY(found->text()))) : std::optional<std::string>();
}

Result<std::optional<int>> JsonValue::find_number(std::string_view key, int least, int most) const {
  const auto found = TRY(find(key));
  return found ? Result(std::optional(TRY(found->number(least, most)))) : std::optional<int>();
}

Result<std::optional<bool>> JsonValue::find_flag(std::string_view key) const {
  const auto found = TRY(find(key));
  return found ? Result(std::optional(TRY(found->flag()))) : std::optional<bool>();
}

}  // namespace minpaas
