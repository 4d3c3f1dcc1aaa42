#include "http/command_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace minpaas::http {
namespace {

using Json = nlohmann::json;

Problem wrong(const std::string& field, std::string detail, std::string hint = "") {
  return {.status = 422,
          .code = "invalid_input",
          .detail = std::move(detail),
          .hint = std::move(hint),
          .field = field};
}

std::string_view kind_words(Kind kind) {
  switch (kind) {
    case Kind::Text:
      return "a string";
    case Kind::Number:
      return "a whole number";
    case Kind::Flag:
      return "true or false";
    case Kind::List:
      return "a list of strings";
    case Kind::Pairs:
      return "an object of strings, numbers or booleans";
  }
  return "";
}

/// The texts that a value stands for.
using Texts = std::vector<std::string>;

std::optional<std::string> scalar(const Json& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  return value.is_number() || value.is_boolean() ? std::optional(value.dump()) : std::nullopt;
}

std::optional<Texts> texts_of_list(const Json& value) {
  Texts texts;
  for (const Json& item : value) {
    if (!item.is_string()) {
      return std::nullopt;
    }
    texts.push_back(item.get<std::string>());
  }
  return value.is_array() ? std::optional(texts) : std::nullopt;
}

std::optional<Texts> texts_of_pairs(const Json& value) {
  if (!value.is_object()) {
    return std::nullopt;
  }
  Texts texts;
  for (const auto& [key, member] : value.items()) {
    const auto text = scalar(member);
    if (!text || key.find('=') != std::string::npos) {
      return std::nullopt;
    }
    texts.push_back(fmt::format("{}={}", key, *text));
  }
  return texts;
}

/// Absent: the value is of another kind.
std::optional<Texts> texts_of(Kind kind, const Json& value) {
  switch (kind) {
    case Kind::Text:
      return value.is_string() ? std::optional(Texts{value.get<std::string>()}) : std::nullopt;
    case Kind::Number:
      return value.is_number_integer() ? std::optional(Texts{value.dump()}) : std::nullopt;
    case Kind::Flag:
      return value.is_boolean() ? std::optional(value.get<bool>() ? Texts{""} : Texts())
                                : std::nullopt;
    case Kind::List:
      return texts_of_list(value);
    case Kind::Pairs:
      return texts_of_pairs(value);
  }
  return std::nullopt;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 10 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// The same for a query, whose values are all texts.
std::optional<Texts> texts_of(Kind kind, const Texts& values) {
  if (kind == Kind::List) {
    return values;
  }
  if (values.size() > 1 || kind == Kind::Pairs || (kind == Kind::Number && !is_number(values[0]))) {
    return std::nullopt;
  }
  if (kind != Kind::Flag) {
    return values;
  }
  if (values[0] == "true" || values[0] == "1" || values[0].empty()) {
    return Texts{""};
  }
  return values[0] == "false" || values[0] == "0" ? std::optional(Texts()) : std::nullopt;
}

const Field* find_field(const Route& route, Place place, const std::string& name) {
  const auto found = std::ranges::find_if(
      route.fields, [&](const Field& field) { return field.place == place && field.name == name; });
  return found == route.fields.end() ? nullptr : &*found;
}

std::string names_of(const Route& route, Place place) {
  std::string names;
  for (const Field& field : route.fields) {
    if (field.place == place) {
      names += (names.empty() ? "" : ", ") + field.name;
    }
  }
  return names.empty() ? "there are none here" : "known: " + names;
}

/// What was given, by field.
using Given = std::map<const Field*, Texts>;

std::optional<Problem> read_query(const Route& route, const Target& target, Given& given) {
  std::map<const Field*, Texts> raw;
  for (const auto& [name, value] : target.query) {
    const Field* field = find_field(route, Place::Query, name);
    if (field == nullptr) {
      return wrong(name, "the query has a field that is not known", names_of(route, Place::Query));
    }
    raw[field].push_back(value);
  }
  for (const auto& [field, values] : raw) {
    const auto texts = texts_of(field->kind, values);
    if (!texts) {
      return wrong(field->name, fmt::format("{} is {}", field->name, kind_words(field->kind)));
    }
    given[field] = *texts;
  }
  return std::nullopt;
}

bool is_json(std::string_view type) {
  const auto end = type.find(';');
  std::string name(type.substr(0, end));
  std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  while (name.ends_with(' ')) {
    name.pop_back();
  }
  return name == "application/json" || name.ends_with("+json");
}

/// A depth that no request of ours has; deeper ones would use up the stack.
constexpr int kMostDepth = 8;

OrProblem<Json> parse_body(const Request& request) {
  if (request.body.empty()) {
    return Json::object();
  }
  if (auto problem = problem_of_type(request)) {
    return *std::move(problem);
  }
  bool deep = false;
  bool twice = false;
  std::vector<std::vector<std::string>> names;
  const Json body = Json::parse(
      request.body,
      [&](int depth, Json::parse_event_t event, Json& value) {
        deep = deep || depth > kMostDepth;
        if (event == Json::parse_event_t::object_start) {
          names.emplace_back();
        } else if (event == Json::parse_event_t::object_end) {
          names.pop_back();
        } else if (event == Json::parse_event_t::key) {
          const auto name = value.get<std::string>();
          twice = twice || std::ranges::count(names.back(), name) > 0;
          names.back().push_back(name);
        }
        return !deep;
      },
      false);
  if (deep || twice || body.is_discarded() || !body.is_object()) {
    return Problem{.status = 400,
                   .code = "invalid_input",
                   .detail = deep    ? "the body is nested too deep"
                             : twice ? "a name is twice in an object of the body"
                                     : "the body is no JSON object"};
  }
  return body;
}

std::optional<Problem> read_body(const Route& route, const Request& request, Given& given) {
  const auto parsed = parse_body(request);
  if (const auto* problem = std::get_if<Problem>(&parsed)) {
    return *problem;
  }
  for (const auto& [name, value] : std::get<Json>(parsed).items()) {
    const Field* field = find_field(route, Place::Body, name);
    if (field == nullptr) {
      return wrong(name, "the body has a field that is not known", names_of(route, Place::Body));
    }
    if (value.is_null()) {
      continue;
    }
    const auto texts = texts_of(field->kind, value);
    if (!texts) {
      return wrong(name, fmt::format("{} is {}", name, kind_words(field->kind)));
    }
    given[field] = *texts;
  }
  return std::nullopt;
}

std::optional<Problem> check_given(const Route& route, const Given& given) {
  for (const Field& field : route.fields) {
    const auto found = given.find(&field);
    const bool missing = found == given.end() || found->second.empty();
    if (missing && field.required) {
      return wrong(field.name, field.name + " is missing", std::string(kind_words(field.kind)));
    }
    if (missing || field.role == Role::Input) {
      continue;
    }
    for (const std::string& text : found->second) {
      if (text.find('\0') != std::string::npos) {
        return wrong(field.name, field.name + " has a NUL");
      }
    }
  }
  return std::nullopt;
}

std::string option_word(const Field& field, const std::string& text) {
  return field.kind == Kind::Flag ? fmt::format("--{}", field.option)
                                  : fmt::format("--{}={}", field.option, text);
}

CommandWords assemble(const Route& route, const Given& given) {
  CommandWords call;
  Texts operands;
  for (const Field& field : route.fields) {
    const auto found = given.find(&field);
    for (const std::string& text : found == given.end() ? Texts() : found->second) {
      if (field.role == Role::Operand) {
        operands.push_back(text);
      } else if (field.role == Role::Option) {
        call.words.push_back({option_word(field, text)});
      } else {
        // A PEM block begins on a line of its own.
        call.input += call.input.empty() || call.input.ends_with('\n') ? text : "\n" + text;
      }
    }
    for (const auto& [option, name] : route.repeats) {
      if (name == field.name && found != given.end()) {
        call.words.push_back({fmt::format("--{}={}", option, found->second.front())});
      }
    }
  }
  call.words.push_back({"--"});
  for (const std::string& text : operands) {
    call.words.push_back({text});
  }
  return call;
}

}  // namespace

std::optional<Problem> problem_of_type(const Request& request) {
  if (is_json(request.header("content-type"))) {
    return std::nullopt;
  }
  return Problem{.status = 415,
                 .code = "invalid_input",
                 .detail = "the body is not said to be JSON",
                 .hint = "send the header Content-Type: application/json"};
}

std::optional<AppName> app_meant(const RouteMatch& match, const Target& target,
                                 const Request& request) {
  std::string text;
  const auto in_path = match.path.find("name");
  const auto in_query =
      std::ranges::find_if(target.query, [](const auto& field) { return field.first == "app"; });
  const auto parsed = parse_body(request);
  if (match.route->pattern.starts_with("/apps/") && in_path != match.path.end()) {
    text = in_path->second;
  } else if (in_query != target.query.end()) {
    text = in_query->second;
  } else if (const auto* body = std::get_if<Json>(&parsed);
             body != nullptr && body->contains("app") && body->at("app").is_string()) {
    text = body->at("app").get<std::string>();
  }
  const auto name = AppName::parse(text);
  return name ? std::optional(*name) : std::nullopt;
}

OrProblem<CommandWords> command_words(const Route& route, const RouteMatch& match,
                                      const Target& target, const Request& request) {
  Given given;
  for (const auto& [name, value] : match.path) {
    given[find_field(route, Place::Path, name)] = {value};
  }
  if (auto problem = read_query(route, target, given)) {
    return *problem;
  }
  if (auto problem = read_body(route, request, given)) {
    return *problem;
  }
  if (auto problem = check_given(route, given)) {
    return *problem;
  }
  return assemble(route, given);
}

}  // namespace minpaas::http
