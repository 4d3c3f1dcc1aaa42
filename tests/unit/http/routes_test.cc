#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "http/openapi.h"
#include "http/route.h"

namespace minpaas::http {
namespace {

using nlohmann::json;
using sshd::commands::Command;
using testing::HasSubstr;

/// Commands for a person at a terminal, and for one who has no token yet.
const std::set<std::string_view> kNoRoute{"claim", "help"};
/// `--json` chooses what the first chooses; an archive is no JSON and comes over SSH.
const std::set<std::string> kNoField{"config:export --format", "deploy --archive"};

const Route* route_of(const Command& command) {
  for (const Route& route : route_table()) {
    if (route.command == &command) {
      return &route;
    }
  }
  return nullptr;
}

TEST(Parity, EveryCommandHasARoute) {
  for (const Command& command : sshd::commands::command_table()) {
    EXPECT_EQ(route_of(command) == nullptr, kNoRoute.contains(command.verb))
        << command.verb << ": give it a line in http/routes.cc";
  }
}

TEST(Parity, EveryOptionOfACommandHasAField) {
  for (const Command& command : sshd::commands::command_table()) {
    const Route* route = route_of(command);
    for (const auto& option : command.options) {
      if (route == nullptr ||
          kNoField.contains(fmt::format("{} --{}", command.verb, option.name))) {
        continue;
      }
      const bool offered = std::ranges::any_of(
          route->fields, [&](const Field& field) { return field.option == option.name; });
      EXPECT_TRUE(offered || route->repeats.contains(std::string(option.name)))
          << command.verb << " --" << option.name;
    }
  }
}

TEST(Parity, EveryRouteStandsForACommandOrIsOneOfAFew) {
  const std::set<std::string_view> few{"/healthz", "/openapi.json", "/metrics"};
  for (const Route& route : route_table()) {
    EXPECT_EQ(route.command == nullptr, few.contains(route.pattern)) << route.pattern;
  }
}

TEST(RouteTable, HasEachPathOnceForEachMethodAndEachFieldOnce) {
  std::set<std::string> seen;
  for (const Route& route : route_table()) {
    EXPECT_TRUE(seen.insert(fmt::format("{} {}", route.method, route.pattern)).second)
        << route.pattern;
    std::set<std::string> fields;
    std::size_t in_path = 0;
    for (const Field& field : route.fields) {
      EXPECT_TRUE(fields.insert(field.name).second) << route.pattern << " " << field.name;
      EXPECT_THAT(field.name, testing::MatchesRegex("[a-z_]+")) << route.pattern;
      in_path += field.place == Place::Path ? 1 : 0;
    }
    EXPECT_EQ(std::ranges::count(route.pattern, '{'), static_cast<long>(in_path)) << route.pattern;
  }
}

TEST(RouteTable, FindsWordsBeforeNames) {
  const auto match = [](const char* method, const std::vector<std::string>& segments) {
    const auto found = find_route(method, segments);
    return std::holds_alternative<Problem>(found)
               ? std::to_string(std::get<Problem>(found).status)
               : std::string(std::get<RouteMatch>(found).route->pattern);
  };
  EXPECT_EQ(match("GET", {"apps", "blog", "config", "export"}), "/apps/{name}/config/export");
  EXPECT_EQ(match("GET", {"apps", "blog", "config", "vars", "export"}),
            "/apps/{name}/config/vars/{key}");
  EXPECT_EQ(match("HEAD", {"apps"}), "/apps");
  EXPECT_EQ(match("GET", {"apps", ""}), "404");
  EXPECT_EQ(match("GET", {"nothing"}), "404");
  EXPECT_EQ(match("PUT", {"apps"}), "405");
}

TEST(RouteTable, SaysWhatAPathTakes) {
  const auto found = find_route("PUT", {"apps", "blog"});
  const auto& problem = std::get<Problem>(found);
  EXPECT_EQ(problem.headers.front(),
            std::pair(std::string("Allow"), std::string("DELETE, GET, HEAD, PATCH")));
}

TEST(OpenApi, DescribesEveryRouteAndNothingElse) {
  const json document = json::parse(openapi());
  EXPECT_EQ(document["openapi"], "3.1.0");
  std::set<std::string> described;
  std::set<std::string> ids;
  for (const auto& [path, methods] : document["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      described.insert(method + " " + path);
      EXPECT_TRUE(ids.insert(operation["operationId"].get<std::string>()).second) << path;
      EXPECT_TRUE(operation["responses"].contains("default")) << path;
    }
  }
  std::set<std::string> routes;
  for (const Route& route : route_table()) {
    std::string method(route.method);
    std::ranges::transform(method, method.begin(),
                           [](char c) { return static_cast<char>(c | 0x20); });
    routes.insert(fmt::format("{} {}", method, route.pattern));
    const json& operation = document["paths"][std::string(route.pattern)][method];
    const bool has_key = std::ranges::any_of(operation["parameters"], [](const json& parameter) {
      return parameter["in"] == "header" && parameter["name"] == "Idempotency-Key";
    });
    EXPECT_EQ(has_key, route.method != "GET") << route.pattern;
    for (const Field& field : route.fields) {
      if (field.place == Place::Body) {
        EXPECT_TRUE(operation["requestBody"]["content"]["application/json"]["schema"]["properties"]
                        .contains(field.name))
            << route.pattern << " " << field.name;
      } else {
        EXPECT_TRUE(std::ranges::any_of(
            operation["parameters"],
            [&](const json& parameter) { return parameter["name"] == field.name; }))
            << route.pattern << " " << field.name;
      }
    }
  }
  EXPECT_EQ(described, routes);
}

TEST(Reference, NamesEveryRoute) {
  std::ifstream file(MINPAAS_DOCS "/api.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const Route& route : route_table()) {
    EXPECT_THAT(text, HasSubstr(fmt::format("`{} {}`", route.method, route.pattern)));
  }
}

}  // namespace
}  // namespace minpaas::http
