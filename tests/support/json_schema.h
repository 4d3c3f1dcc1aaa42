#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace minpaas::test {

/// Where and why `value` is not as `schema` says, empty when it is. Knows what our own schemas have
/// (type, enum, anyOf, properties, required, additionalProperties, items, $ref to a component), and
/// is stricter in one thing: an object has no member that its schema does not name.
std::string mismatch(const nlohmann::ordered_json& value, const nlohmann::ordered_json& schema,
                     const nlohmann::ordered_json& components, const std::string& path = "$");

}  // namespace minpaas::test
