#include "http/openapi.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "http/answers.h"
#include "http/route.h"
#include "http/schema.h"

namespace minpaas::http {
namespace {

using Json = nlohmann::ordered_json;

Json schema_of(const Field& field) {
  Json schema;
  switch (field.kind) {
    case Kind::Text:
      schema = {{"type", "string"}};
      break;
    case Kind::Number:
      schema = {{"type", "integer"}};
      break;
    case Kind::Flag:
      schema = {{"type", "boolean"}};
      break;
    case Kind::List:
      schema = {{"type", "array"}, {"items", {{"type", "string"}}}};
      break;
    case Kind::Pairs:
      schema = {{"type", "object"},
                {"additionalProperties", {{"type", {"string", "number", "boolean"}}}}};
      break;
  }
  if (!field.description.empty()) {
    schema["description"] = field.description;
  }
  return schema;
}

Json header(std::string_view name, std::string_view description) {
  return {{"name", name},
          {"in", "header"},
          {"description", description},
          {"required", false},
          {"schema", {{"type", "string"}}}};
}

Json headers_of(const Route& route) {
  Json headers = Json::array();
  headers.push_back(header("X-Request-Id", "Sent back with the answer; made when it is not there"));
  if (route.command != nullptr && route.method != "GET") {
    headers.push_back(header("Idempotency-Key",
                             "Of one's own making: the same request again has the same answer, and "
                             "is not done twice"));
  }
  if (route.answer == Answer::Lines) {
    headers.push_back(header("Last-Event-ID", "A stream goes on behind the event with this id"));
  }
  return headers;
}

Json parameters_of(const Route& route) {
  Json parameters = headers_of(route);
  for (const Field& field : route.fields) {
    if (field.place != Place::Body) {
      parameters.push_back({{"name", field.name},
                            {"in", field.place == Place::Path ? "path" : "query"},
                            {"required", field.place == Place::Path || field.required},
                            {"schema", schema_of(field)}});
    }
  }
  return parameters;
}

/// Null when the route takes no body.
Json body_of(const Route& route) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Field& field : route.fields) {
    if (field.place == Place::Body) {
      properties[field.name] = schema_of(field);
      if (field.required) {
        required.push_back(field.name);
      }
    }
  }
  if (properties.empty()) {
    return nullptr;
  }
  Json schema = {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
  if (!required.empty()) {
    schema["required"] = required;
  }
  return {{"required", !required.empty()},
          {"content", {{"application/json", {{"schema", schema}}}}}};
}

/// What the answer is when it is whole; a stream has the same at its end, or in parts.
Json answer_of(const Route& route) {
  if (route.answer == Answer::Health) {
    return schema::object({{"status", schema::one_of({"ok"})}});
  }
  if (route.answer == Answer::OpenApi) {
    return {{"type", "object"}};
  }
  return route.answer == Answer::Metrics ? schema::text() : *answer_schema(route.command->verb);
}

Json responses_of(const Route& route) {
  const bool is_text = route.answer == Answer::Metrics;
  Json content = {{is_text ? "text/plain" : "application/json", {{"schema", answer_of(route)}}}};
  if (route.answer == Answer::Deploy || route.answer == Answer::Lines ||
      route.answer == Answer::Program) {
    content["text/event-stream"] = {{"schema", schema::text()}};
  }
  Json done = {{"description", "Done"}, {"content", content}};
  if (!route.page_key.empty()) {
    done["headers"]["Link"] = {
        {"description", "The next part of the list (RFC 8288), when this one is full"},
        {"schema", {{"type", "string"}}}};
  }
  return {{std::to_string(route.success), done},
          {"default", {{"$ref", "#/components/responses/Problem"}}}};
}

/// `ps:restart` -> ps_restart
std::string operation_id(const Route& route) {
  std::string id = route.command == nullptr ? std::string(route.pattern.substr(1))
                                            : std::string(route.command->verb);
  std::ranges::replace_if(
      id, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return id;
}

Json operation_of(const Route& route) {
  Json operation = {{"operationId", operation_id(route)}, {"summary", route.summary}};
  if (route.command != nullptr) {
    operation["description"] = "As the command " + std::string(route.command->verb) + ".";
  }
  if (Json parameters = parameters_of(route); !parameters.empty()) {
    operation["parameters"] = parameters;
  }
  if (Json body = body_of(route); !body.is_null()) {
    operation["requestBody"] = body;
  }
  operation["responses"] = responses_of(route);
  if (!route.needs_token()) {
    operation["security"] = Json::array();
  }
  return operation;
}

Json components() {
  using schema::text;
  const Json problem{{"type", "object"},
                     {"properties",
                      {{"type", text()},
                       {"title", text()},
                       {"status", schema::whole()},
                       {"detail", text()},
                       {"code", text()},
                       {"hint", text()},
                       {"field", text()},
                       {"deploy", schema::whole()}}},
                     {"required", {"type", "title", "status", "detail", "code"}}};
  Json schemas = answer_schemas();
  schemas["Problem"] = problem;
  return {{"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}},
          {"schemas", schemas},
          {"responses",
           {{"Problem",
             {{"description", "What went wrong (RFC 9457)"},
              {"content",
               {{"application/problem+json",
                 {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}}}}}};
}

}  // namespace

std::string openapi() {
  Json paths = Json::object();
  for (const Route& route : route_table()) {
    std::string method(route.method);
    std::ranges::transform(method, method.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    paths[std::string(route.pattern)][method] = operation_of(route);
  }
  Json needs_token = Json::array();
  needs_token.push_back({{"token", Json::array()}});
  const Json document = {{"openapi", "3.1.0"},
                         {"info", {{"title", "MinPaas"}, {"version", MINPAAS_VERSION}}},
                         {"servers", Json::array({{{"url", "/"}}})},
                         {"security", needs_token},
                         {"paths", paths},
                         {"components", components()}};
  return document.dump(2) + "\n";
}

}  // namespace minpaas::http
