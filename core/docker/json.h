#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/docker/engine.h"

/// Private to this folder: reading the engine's JSON without exceptions. A field that is missing,
/// null or of another type reads as empty, since engines leave out what is empty.
namespace minpaas::docker {

using Json = nlohmann::json;

/// Errors: Corrupt.
Result<Json> parse_json(std::string_view text);
/// The member, or a null.
const Json& member(const Json& object, std::string_view key);
std::string text_of(const Json& object, std::string_view key);
long long number_of(const Json& object, std::string_view key);
bool flag_of(const Json& object, std::string_view key);
/// An object of strings.
Labels labels_of(const Json& object, std::string_view key);
/// Absent for the zero time that the engine writes (`0001-01-01T00:00:00Z`) and for no time at all.
std::optional<SystemTime> time_of(const Json& object, std::string_view key);
/// Bytes that are no UTF-8 become U+FFFD instead of an exception.
std::string to_text(const Json& json);

}  // namespace minpaas::docker
