#include "http/route_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace minpaas::http {
namespace {

using sshd::commands::Arity;
using sshd::commands::Operand;
using sshd::commands::Option;

std::string usual_name(std::string_view word) {
  if (word == "APP") {
    return "name";
  }
  std::string name;
  for (const char c : word) {
    name += c == '-' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return name;
}

std::string field_name(const RouteLine& line, std::string_view word) {
  const auto other = line.names.find(word);
  return other == line.names.end() ? usual_name(word) : std::string(other->second);
}

Place place_of(const RouteLine& line, const std::string& name) {
  if (line.pattern.find(fmt::format("{{{}}}", name)) != std::string_view::npos) {
    return Place::Path;
  }
  return line.method == "GET" || line.method == "DELETE" ? Place::Query : Place::Body;
}

Field field_of(const RouteLine& line, const Operand& operand, const std::string& name) {
  const bool several = operand.arity == Arity::Several || operand.arity == Arity::Any;
  const bool pairs = operand.name.find('=') != std::string_view::npos;
  return {.name = name,
          .place = place_of(line, name),
          .kind = !several ? Kind::Text : (pairs ? Kind::Pairs : Kind::List),
          .role = Role::Operand,
          .option = {},
          .required = operand.arity == Arity::One || operand.arity == Arity::Several,
          .description = std::string(operand.name)};
}

Kind kind_of(const Option& option) {
  if (option.value.empty()) {
    return Kind::Flag;
  }
  if (option.repeated) {
    return option.value.find('=') == std::string_view::npos ? Kind::List : Kind::Pairs;
  }
  return option.value == "N" ? Kind::Number : Kind::Text;
}

Field field_of(const RouteLine& line, const Option& option, const std::string& name) {
  return {.name = name,
          .place = place_of(line, name),
          .kind = kind_of(option),
          .role = Role::Option,
          .option = std::string(option.name),
          .required = option.required,
          .description = std::string(option.help)};
}

void add_operands(Route& route, const RouteLine& line) {
  for (const Operand& operand : route.command->operands) {
    route.fields.push_back(field_of(line, operand, field_name(line, operand.name)));
    if (&operand == route.command->operands.data()) {
      route.fields.insert(route.fields.end(), line.more.begin(), line.more.end());
    }
  }
}

void add_options(Route& route, const RouteLine& line) {
  for (const Option& option : route.command->options) {
    const std::string name = field_name(line, option.name);
    if (name.starts_with('=')) {
      route.repeats.emplace(option.name, name.substr(1));
    } else if (!name.empty()) {
      route.fields.push_back(field_of(line, option, name));
    }
  }
}

}  // namespace

Route make_route(const RouteLine& line) {
  Route route{.method = line.method,
              .pattern = line.pattern,
              .command = sshd::commands::find_command(line.verb),
              .summary = {},
              .answer = line.answer,
              .success = line.success};
  if (route.command == nullptr) {
    throw std::logic_error(fmt::format("{} stands for no command", line.pattern));
  }
  route.summary = route.command->summary;
  route.page_key = line.page_key;
  add_operands(route, line);
  add_options(route, line);
  route.fields.insert(route.fields.end(), line.input.begin(), line.input.end());
  return route;
}

}  // namespace minpaas::http
