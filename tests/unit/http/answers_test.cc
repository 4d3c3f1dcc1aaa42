#include "http/answers.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "http/openapi.h"
#include "http/route.h"
#include "tests/support/json_schema.h"
#include "tests/unit/sshd/commands/examples.h"

namespace minpaas::http {
namespace {

using Json = nlohmann::ordered_json;
using sshd::commands::test::Said;
using sshd::commands::test::Scene;

/// What the command of the route says to its example.
Said answer_of(const Route& route) {
  Scene scene;
  if (route.command->verb == "logs") {
    return scene.run("logs blog --json");  // its example follows
  }
  const auto [line, input] = working_example_of(*route.command, scene);
  return scene.run(line + " --json", input);
}

Json as_list(const std::string& lines) {
  Json all = Json::array();
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) {
    all.push_back(Json::parse(line));
  }
  return all;
}

TEST(Answers, AreAsDescribed) {
  const Json components = answer_schemas();
  for (const Route& route : route_table()) {
    if (route.command == nullptr) {
      continue;
    }
    const Json* schema = answer_schema(route.command->verb);
    ASSERT_NE(schema, nullptr) << route.command->verb << ": describe it in http/answers.cc";
    if (route.answer == Answer::Program || route.command->verb == "builds:cancel") {
      continue;  // made by the route itself; nothing to cancel in the scene
    }
    const Said said = answer_of(route);
    ASSERT_EQ(said.status, 0) << route.command->verb << said.err;
    const Json value = route.answer == Answer::Lines ? as_list(said.out) : Json::parse(said.out);
    EXPECT_EQ(test::mismatch(value, *schema, components), "") << route.command->verb;
  }
}

TEST(Answers, AboutAReleaseHaveTwoForms) {
  Scene scene;
  for (const char* line :
       {"releases:info blog v2 --json", "releases:info blog v2 --diff v1 --json"}) {
    const Said said = scene.run(line);
    ASSERT_EQ(said.status, 0) << said.err;
    EXPECT_EQ(
        test::mismatch(Json::parse(said.out), *answer_schema("releases:info"), answer_schemas()),
        "")
        << line;
  }
}

TEST(Answers, AreNotAsDescribedWithAMemberMoreOrLess) {
  const Json components = answer_schemas();
  const Json schema = *answer_schema("apps:lock");
  EXPECT_EQ(test::mismatch({{"app", "blog"}, {"locked", true}}, schema, components), "");
  EXPECT_EQ(test::mismatch({{"app", "blog"}}, schema, components), "$ has no locked");
  EXPECT_EQ(test::mismatch({{"app", "blog"}, {"locked", "yes"}}, schema, components),
            R"($.locked is "yes", no "boolean")");
  EXPECT_EQ(test::mismatch({{"app", "blog"}, {"locked", true}, {"by", "ada"}}, schema, components),
            "$ has by, which nobody describes");
}

TEST(OpenApi, RefersOnlyToWhatItDescribes) {
  const Json document = Json::parse(openapi());
  for (const Json& place : document.flatten()) {
    if (place.is_string() && place.get<std::string>().starts_with("#/")) {
      EXPECT_TRUE(document.contains(Json::json_pointer(place.get<std::string>().substr(1))))
          << place;
    }
  }
}

}  // namespace
}  // namespace minpaas::http
