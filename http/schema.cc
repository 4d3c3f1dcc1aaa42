#include "http/schema.h"

namespace minpaas::http::schema {
namespace {

Json of_type(const char* type) {
  return {{"type", type}};
}

}  // namespace

Json text() {
  return of_type("string");
}

Json whole() {
  return of_type("integer");
}

Json number() {
  return of_type("number");
}

Json flag() {
  return of_type("boolean");
}

Json time() {
  return {{"type", "string"}, {"format", "date-time"}};
}

Json one_of(const std::vector<std::string>& words) {
  return {{"type", "string"}, {"enum", words}};
}

Json list_of(Json items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}

Json map_of(Json values) {
  return {{"type", "object"}, {"additionalProperties", std::move(values)}};
}

Json ref(const std::string& name) {
  return {{"$ref", "#/components/schemas/" + name}};
}

Json any_of(const std::vector<Json>& schemas) {
  return {{"anyOf", schemas}};
}

Json or_null(const Json& schema) {
  if (!schema.contains("type") || schema.contains("enum")) {
    return any_of({schema, of_type("null")});
  }
  Json wide = schema;
  wide["type"] = {schema["type"], "null"};
  return wide;
}

Json object(const Members& members) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const auto& [name, schema] : members) {
    properties[name] = schema;
    required.push_back(name);
  }
  return {{"type", "object"}, {"properties", properties}, {"required", required}};
}

Members operator+(Members members, const Members& more) {
  members.insert(members.end(), more.begin(), more.end());
  return members;
}

}  // namespace minpaas::http::schema
