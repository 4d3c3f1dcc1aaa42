#include "tests/support/json_schema.h"

#include <algorithm>
#include <vector>

namespace minpaas::test {
namespace {

using Json = nlohmann::ordered_json;

bool is_of_type(const Json& value, const std::string& type) {
  return (type == "string" && value.is_string()) || (type == "null" && value.is_null()) ||
         (type == "integer" && value.is_number_integer()) ||
         (type == "number" && value.is_number()) || (type == "boolean" && value.is_boolean()) ||
         (type == "array" && value.is_array()) || (type == "object" && value.is_object());
}

bool is_of_any_type(const Json& value, const Json& types) {
  return types.is_array() ? std::ranges::any_of(types,
                                                [&](const Json& type) {
                                                  return is_of_type(value, type.get<std::string>());
                                                })
                          : is_of_type(value, types.get<std::string>());
}

std::string mismatch_of_members(const Json& value, const Json& schema, const Json& components,
                                const std::string& path) {
  for (const Json& name : schema.value("required", Json::array())) {
    if (!value.contains(name.get<std::string>())) {
      return path + " has no " + name.get<std::string>();
    }
  }
  for (const auto& [name, member] : value.items()) {
    const Json& properties = schema.value("properties", Json::object());
    const Json wanted =
        properties.contains(name) ? properties[name] : schema.value("additionalProperties", Json());
    if (wanted.is_null()) {
      return path + " has " + name + ", which nobody describes";
    }
    const auto wrong = mismatch(member, wanted, components, path + "." + name);
    if (!wrong.empty()) {
      return wrong;
    }
  }
  return "";
}

}  // namespace

std::string mismatch(const Json& value, const Json& schema, const Json& components,
                     const std::string& path) {
  if (schema.contains("$ref")) {
    const auto ref = schema["$ref"].get<std::string>();
    return mismatch(value, components.at(ref.substr(ref.rfind('/') + 1)), components, path);
  }
  if (schema.contains("anyOf")) {
    std::string all;
    for (const Json& one : schema["anyOf"]) {
      const auto wrong = mismatch(value, one, components, path);
      if (wrong.empty()) {
        return "";
      }
      all += (all.empty() ? "" : ", and ") + wrong;
    }
    return all;
  }
  if (!schema.contains("type") || !is_of_any_type(value, schema["type"])) {
    return path + " is " + value.dump() + ", no " + schema.value("type", Json()).dump();
  }
  if (schema.contains("enum") && std::ranges::find(schema["enum"], value) == schema["enum"].end()) {
    return path + " is " + value.dump() + ", none of " + schema["enum"].dump();
  }
  if (value.is_object()) {
    return mismatch_of_members(value, schema, components, path);
  }
  for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
    const auto wrong =
        mismatch(value[i], schema["items"], components, path + "[" + std::to_string(i) + "]");
    if (!wrong.empty()) {
      return wrong;
    }
  }
  return "";
}

}  // namespace minpaas::test
