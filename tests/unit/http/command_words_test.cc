#include "http/command_words.h"

#include <gmock/gmock.h>

namespace minpaas::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

OrProblem<CommandWords> words_of(const std::string& method, const std::string& target,
                                 const std::string& body = "",
                                 const std::string& type = "application/json") {
  const auto parsed = std::get<Target>(parse_target(target));
  const auto match = std::get<RouteMatch>(find_route(method, parsed.segments));
  Request request{.method = method, .target = target};
  request.headers["content-type"] = type;
  request.body = body;
  return command_words(*match.route, match, parsed, request);
}

std::vector<std::string> texts(const OrProblem<CommandWords>& call) {
  std::vector<std::string> all;
  if (const auto* problem = std::get_if<Problem>(&call)) {
    return {problem->detail};
  }
  for (const auto& word : std::get<CommandWords>(call).words) {
    all.push_back(word.text);
  }
  return all;
}

Problem problem_of(const OrProblem<CommandWords>& call) {
  const auto* problem = std::get_if<Problem>(&call);
  return problem == nullptr ? Problem{.status = 0, .code = "none", .detail = "none"} : *problem;
}

TEST(CommandWords, AreTheFieldsInTheOrderOfTheCommand) {
  EXPECT_THAT(texts(words_of("GET", "/apps/blog/logs?tail=5&follow=true&process=web")),
              ElementsAre("--follow", "--tail=5", "--process=web", "--", "blog"));
  EXPECT_THAT(texts(words_of("PATCH", "/apps/blog/config", R"({"vars":{"A":"b=c","N":2}})")),
              ElementsAre("--", "blog", "A=b=c", "N=2"));
  EXPECT_THAT(texts(words_of("DELETE", "/apps/blog")), ElementsAre("--confirm=blog", "--", "blog"));
  EXPECT_THAT(texts(words_of("PATCH", "/apps/blog/resources",
                             R"({"type":"web","limits":{"cpus":0.5,"memory":"64m"}})")),
              ElementsAre("--", "blog", "web", "cpus=0.5", "memory=64m"));
  EXPECT_THAT(texts(words_of("POST", "/apps/blog/run",
                             R"({"command":["ls","--json","-l"],"env":{"A":"1"},"input":"x"})")),
              ElementsAre("--env=A=1", "--", "blog", "ls", "--json", "-l"));
}

TEST(CommandWords, NeverBecomeOptions) {
  EXPECT_THAT(texts(words_of("POST", "/apps", R"({"name":"--json"})")),
              ElementsAre("--", "--json"));
  EXPECT_THAT(texts(words_of("GET", "/apps/--help")), ElementsAre("--", "--help"));
  EXPECT_THAT(texts(words_of("GET", "/apps/blog/logs?since=--follow")),
              ElementsAre("--since=--follow", "--", "blog"));
}

TEST(CommandWords, LeaveOutWhatIsFalseOrNull) {
  EXPECT_THAT(texts(words_of("POST", "/apps/blog/ps/rebuild", R"({"no_cache":false})")),
              ElementsAre("--", "blog"));
  EXPECT_THAT(texts(words_of("POST", "/apps/blog/rollback", R"({"release":null})")),
              ElementsAre("--", "blog"));
}

TEST(CommandWords, TakeInputFromTheirFields) {
  const auto call = words_of("POST", "/apps/blog/certs", R"({"certificate":"CERT","key":"KEY"})");
  EXPECT_EQ(std::get<CommandWords>(call).input, "CERT\nKEY");
}

TEST(CommandWords, RefuseUnknownFieldsByName) {
  const auto body = problem_of(words_of("POST", "/apps", R"({"name":"a","namex":"b"})"));
  EXPECT_EQ(body.status, 422);
  EXPECT_EQ(body.field, "namex");
  EXPECT_THAT(body.hint, HasSubstr("name"));
  EXPECT_EQ(problem_of(words_of("GET", "/apps/blog/logs?tial=5")).field, "tial");
  EXPECT_EQ(problem_of(words_of("GET", "/apps?x=1")).field, "x");
}

TEST(CommandWords, RefuseWrongTypesAndMissingFields) {
  for (const auto& [method, target, body, field] :
       std::vector<std::tuple<std::string, std::string, std::string, std::string>>{
           {"POST", "/apps", R"({"name":5})", "name"},
           {"POST", "/apps", "{}", "name"},
           {"POST", "/apps", "", "name"},
           {"PATCH", "/apps/blog/config", R"({"vars":["A=b"]})", "vars"},
           {"PATCH", "/apps/blog/config", R"({"vars":{}})", "vars"},
           {"PATCH", "/apps/blog/config", R"({"vars":{"A":null}})", "vars"},
           {"PATCH", "/apps/blog/config", R"({"vars":{"A=B":"c"}})", "vars"},
           {"PATCH", "/apps/blog/config", R"({"vars":{"A":"b\u0000"}})", "vars"},
           {"POST", "/apps/blog/run", R"({"command":"ls"})", "command"},
           {"POST", "/apps/blog/run", R"({"command":[1]})", "command"},
           {"POST", "/apps/blog/ps/rebuild", R"({"no_cache":"yes"})", "no_cache"},
           {"GET", "/apps/blog/logs?tail=many", "", "tail"},
           {"GET", "/apps/blog/logs?tail=1&tail=2", "", "tail"},
           {"GET", "/apps/blog/logs?follow=maybe", "", "follow"}}) {
    const auto problem = problem_of(words_of(method, target, body));
    EXPECT_EQ(problem.status, 422) << target << body;
    EXPECT_EQ(problem.field, field) << target << body;
  }
}

TEST(CommandWords, RefuseWhatIsNoJsonObject) {
  std::string deep = R"({"vars":)" + std::string(100'000, '[');
  for (const std::string& body :
       {std::string("{"), std::string("[]"), std::string("5"), std::string("name=a"),
        std::string(R"({"name":"a"} x)"), std::string(R"({"name":"a","name":"b"})"),
        std::string("{\"name\":\"\xff\"}"), deep}) {
    EXPECT_EQ(problem_of(words_of("POST", "/apps", body)).status, 400) << body.substr(0, 40);
  }
  EXPECT_EQ(problem_of(words_of("POST", "/apps", R"({"name":"a"})", "text/plain")).status, 415);
}

}  // namespace
}  // namespace minpaas::http
