#include "core/docker/json.h"

#include <cmath>

namespace minpaas::docker {

Result<Json> parse_json(std::string_view text) {
  Json parsed = Json::parse(text, nullptr, false);
  if (parsed.is_discarded()) {
    return Error{ErrorCode::Corrupt, "the Docker Engine sent no valid JSON",
                 "look whether [docker] host is the engine's socket",
                 std::string(text.substr(0, 200))};
  }
  return parsed;
}

const Json& member(const Json& object, std::string_view key) {
  static const Json kNull;
  if (!object.is_object()) {
    return kNull;
  }
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

std::string text_of(const Json& object, std::string_view key) {
  const Json& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

long long number_of(const Json& object, std::string_view key) {
  const Json& value = member(object, key);
  return value.is_number_integer() ? value.get<long long>() : 0;
}

bool flag_of(const Json& object, std::string_view key) {
  const Json& value = member(object, key);
  return value.is_boolean() && value.get<bool>();
}

Labels labels_of(const Json& object, std::string_view key) {
  Labels labels;
  const Json& value = member(object, key);
  if (!value.is_object()) {
    return labels;
  }
  for (const auto& [name, text] : value.items()) {
    if (text.is_string()) {
      labels[name] = text.get<std::string>();
    }
  }
  return labels;
}

std::optional<SystemTime> time_of(const Json& object, std::string_view key) {
  const std::string text = text_of(object, key);
  if (text.empty() || text.starts_with("0001-")) {
    return std::nullopt;
  }
  const auto time = parse_rfc3339(text);
  return time ? std::optional(*time) : std::nullopt;
}

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace minpaas::docker
