#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace minpaas::client {

/// The text of the first field of that name whose value is a string, in JSON as the server writes
/// it. Not a parser: it believes that the JSON is well-formed. Nothing when there is none.
std::optional<std::string> json_field(std::string_view json, std::string_view name);

/// The text as a JSON string, with its quotes; bytes above 0x7f stay.
std::string json_string(std::string_view text);

}  // namespace minpaas::client
