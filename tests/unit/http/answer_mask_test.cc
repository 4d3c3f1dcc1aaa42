#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "http/command_call.h"
#include "sshd/commands/exec_line.h"
#include "sshd/commands/invocation.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_platform.h"

namespace minpaas::http {
namespace {

using nlohmann::json;
using sshd::commands::Invocation;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kValue = "a \"s3cr3t\"\\value\nof two lines";

Result<int> say_the_value(Invocation& call) {
  call.out.note(kValue);
  call.out.json_line(json{{"text", kValue}});
  return 0;
}

Result<int> fail_with_the_value(Invocation& call) {
  call.out.error({ErrorCode::Failed, std::string(kValue), std::string(kValue), ""}, 7);
  return 1;
}

Result<int> lose_the_values_after_a_line(Invocation& call) {
  call.out.json_line(json{{"text", "a line"}});
  return Error{ErrorCode::Corrupt, "a config var cannot be opened", "", ""};
}

class Events : public EventSink {
 public:
  bool send(std::string_view event, std::string_view /*id*/, std::string_view data) override {
    all += fmt::format("{} {}\n", event, data);
    return true;
  }

  bool has_begun() override { return !all.empty(); }

  std::string all;
};

class HttpAnswers : public testing::Test {
 protected:
  HttpAnswers() {
    platform_.deploy("blog", *Oid::parse(std::string(Oid::kHexCharacters, '1')));
    const ConfigVars vars{{*ConfigKey::parse("PASSWORD"), Secret(std::string(kValue))}};
    EXPECT_TRUE(platform_.change_config(
        ada_, *AppName::parse("blog"), vars, {},
        {.line = [](std::string_view) { return true; }, .tick = [] {}, .gone = {}}));
  }

  /// All that a route sends when its command is `handler`.
  std::string ask(const Route& route, sshd::commands::Handler handler, Form form) {
    sshd::commands::Command command = *route.command;
    command.run = handler;
    Route probe = route;
    probe.command = &command;
    const std::string_view example = route.command->example;
    auto words = sshd::commands::split_exec_line(example.substr(0, example.find_first_of("<>")));
    Events events;
    const auto reply = call_command({platform_, clock_}, probe, ada_, {std::move(*words), ""},
                                    {form, ""}, events, {});
    return events.all + (reply ? reply->body : "");
  }

  test::FakeClock clock_;
  test::FakePlatform platform_{clock_};
  Actor ada_{
      .user_id = 1, .name = "ada", .role = minpaas::Role::Admin, .key_fingerprint = "", .from = ""};
};

bool is_about_an_app(const Route& route) {
  return route.command != nullptr &&
         (route.pattern.starts_with("/apps/{name}") || route.pattern == "/deploy");
}

auto has_no_value() {
  return AllOf(Not(HasSubstr("s3cr3t")), Not(HasSubstr("of two lines")));
}

TEST_F(HttpAnswers, AboutAnAppHaveNoConfigValueUnlessTheRouteIsForThem) {
  std::set<std::string> with_values;
  for (const Route& route : route_table()) {
    if (!is_about_an_app(route)) {
      continue;
    }
    for (const Form form : {Form::Whole, Form::Stream}) {
      const std::string said = ask(route, say_the_value, form);
      if (said.find("s3cr3t") != std::string::npos) {
        with_values.insert(fmt::format("{} {}", route.method, route.pattern));
      } else {
        EXPECT_THAT(said, AllOf(has_no_value(), HasSubstr("[PASSWORD]"))) << route.pattern;
      }
    }
  }
  EXPECT_EQ(with_values,
            (std::set<std::string>{"GET /apps/{name}/config", "GET /apps/{name}/config/export",
                                   "GET /apps/{name}/config/vars/{key}", "GET /apps/{name}/logs",
                                   "POST /apps/{name}/run", "POST /apps/{name}/exec",
                                   "POST /apps/{name}/cron/{id}/run"}));
}

TEST_F(HttpAnswers, HaveNoConfigValueInTheirProblems) {
  for (const Route& route : route_table()) {
    if (!is_about_an_app(route)) {
      continue;
    }
    for (const Form form : {Form::Whole, Form::Stream}) {
      const std::string said = ask(route, fail_with_the_value, form);
      EXPECT_THAT(said, has_no_value()) << route.pattern;
    }
  }
}

TEST_F(HttpAnswers, AreNoListsThatEndEarly) {
  for (const Route& route : route_table()) {
    if (route.answer == Answer::Lines) {
      const std::string said = ask(route, lose_the_values_after_a_line, Form::Whole);
      const json body = json::parse(said, nullptr, false);
      EXPECT_TRUE(body.is_object() && body.value("status", 0) >= 500) << route.pattern << said;
    }
  }
}

TEST_F(HttpAnswers, StayJsonWithAValueHidden) {
  for (const Route& route : route_table()) {
    if (is_about_an_app(route) && route.answer == Answer::Json) {
      const json body = json::parse(ask(route, say_the_value, Form::Whole), nullptr, false);
      EXPECT_FALSE(body.is_discarded()) << route.pattern;
    }
  }
}

}  // namespace
}  // namespace minpaas::http
