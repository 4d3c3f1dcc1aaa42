#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/app/manifest.h"

namespace minpaas {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

AppJson read(std::string_view text) {
  auto parsed = parse_app_json(text);
  EXPECT_TRUE(parsed) << parsed.error().for_log();
  return parsed ? *std::move(parsed) : AppJson{};
}

std::string refusal(std::string_view text) {
  const auto parsed = parse_app_json(text);
  return parsed ? "(accepted)" : parsed.error().message;
}

ProcessType type(std::string_view text) {
  return ProcessType::parse(text).value();
}

TEST(AppJson, SkipsWhatIsForOthers) {
  const AppJson all =
      read(R"({"name": "blog", "addons": ["heroku-postgresql"], "stack": "heroku-24",
    "formation": {"web": {"size": "standard-1x"}}, "environments": {"test": {}}, "scripts": null})");
  EXPECT_EQ(all.manifest, Manifest{});
  EXPECT_TRUE(all.env.empty());
}

TEST(AppJson, ReadsHealthchecks) {
  const AppJson all = read(R"({"healthchecks": {"web": [
    {"type": "startup", "name": "ready", "path": "/up?a=b", "content": "fine", "port": 9000,
     "attempts": 4, "wait": 2, "timeout": 3, "initialDelay": 1, "warn": true, "scheme": "HTTP",
     "httpHeaders": [{"name": "X-Probe", "value": "1"}], "onFailure": {"url": "http://x/y",
      "command": ["bin/tell", "now"]}},
    {"type": "liveness", "listening": true}],
    "worker": [{"command": ["bin/alive", "now"]}, {"type": "readiness", "uptime": 7}]}})");
  const auto& web = all.manifest.healthchecks.at(ProcessType::web());
  const HealthCheck first{.kind = CheckKind::Startup,
                          .name = "ready",
                          .path = "/up?a=b",
                          .content = "fine",
                          .headers = {{"X-Probe", "1"}},
                          .port = 9000,
                          .attempts = 4,
                          .wait = seconds(2),
                          .timeout = seconds(3),
                          .initial_delay = seconds(1),
                          .warn = true,
                          .on_failure = {{"bin/tell", "now"}, "http://x/y"}};
  EXPECT_THAT(web, ElementsAre(first, HealthCheck{.kind = CheckKind::Liveness, .listening = true}));
  EXPECT_THAT(all.manifest.healthchecks.at(type("worker")),
              ElementsAre(HealthCheck{.command = {"bin/alive", "now"}},
                          HealthCheck{.kind = CheckKind::Readiness, .uptime = seconds(7)}));
}

TEST(AppJson, ReadsScriptsOfHerokuAndDokku) {
  const Scripts scripts = read(R"({"scripts": {"predeploy": "a", "postdeploy": " once ",
    "dokku": {"predeploy": "b", "postdeploy": "each"}}})")
                              .manifest.scripts;
  EXPECT_EQ(scripts, (Scripts{"b", "each", "once"}));
  EXPECT_EQ(read(R"({"scripts": {"predeploy": "a"}})").manifest.scripts.predeploy, "a");
}

TEST(AppJson, ReadsFormationAndCron) {
  const Manifest manifest =
      read(R"({"formation": {"web": {"quantity": 2}, "worker": {"quantity": 0}},
    "cron": [{"schedule": "@daily", "command": "b"}, {"schedule": "0 1 * * *", "command": "a"}]})")
          .manifest;
  EXPECT_THAT(manifest.formation,
              ElementsAre(Pair(ProcessType::web(), 2), Pair(type("worker"), 0)));
  ASSERT_EQ(manifest.cron.size(), 2U);
  EXPECT_EQ(manifest.cron[0].command, "b");
  EXPECT_EQ(manifest.cron[1].schedule.str(), "0 1 * * *");
}

TEST(AppJson, ReadsWhatWebProcessesSpeak) {
  EXPECT_EQ(read(R"({"protocol": "h2c"})").manifest.protocol, WebProtocol::H2c);
  EXPECT_EQ(read(R"({"protocol": "http1"})").manifest.protocol, WebProtocol::Http1);
  EXPECT_EQ(read("{}").manifest.protocol, WebProtocol::Http1);
}

TEST(AppJson, ReadsWantedVars) {
  const auto env = read(R"({"env": {"PLAIN": "text", "VALUE": {"value": "v", "required": false},
    "SECRET": {"generator": "secret", "description": "signs"}, "NEEDED": {"description": "of Stripe"},
    "MAYBE": {"required": false}}})")
                       .env;
  const auto at = [&](const char* key) { return env.at(*ConfigKey::parse(key)); };
  EXPECT_EQ(at("PLAIN"), (WantedVar{WantedVar::Source::Default, Secret("text"), ""}));
  EXPECT_EQ(at("VALUE"), (WantedVar{WantedVar::Source::Default, Secret("v"), ""}));
  EXPECT_EQ(at("SECRET"), (WantedVar{WantedVar::Source::Generated, {}, "signs"}));
  EXPECT_EQ(at("NEEDED"), (WantedVar{WantedVar::Source::Required, {}, "of Stripe"}));
  EXPECT_EQ(at("MAYBE").source, WantedVar::Source::Optional);
}

TEST(AppJson, NamesThePlaceThatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"{\n\"a\": }", "app.json is not valid JSON (line 2)"},
      {"[]", "app.json must be an object"},
      {R"({"protocol": "h3"})", "app.json: protocol must be http1 or h2c"},
      {R"({"formation": []})", "app.json: formation must be an object"},
      {R"({"formation": {"web": {"quantity": "2"}}})",
       "app.json: formation.web.quantity must be a whole number from 0 to 100"},
      {R"({"formation": {"web": {"quantity": 101}}})",
       "app.json: formation.web.quantity must be a whole number from 0 to 100"},
      {R"({"formation": {"web": {"quantity": 18446744073709551615}}})",
       "app.json: formation.web.quantity must be a whole number from 0 to 100"},
      {R"({"formation": {"Web": {"quantity": 1}}})",
       "app.json: formation.Web: 'Web' is no process type: these are of a-z, 0-9 and -"},
      {R"({"healthchecks": {"web": {}}})", "app.json: healthchecks.web must be a list"},
      {R"({"healthchecks": {"web": [{}, {"path": "/", "uptime": 1}]}})",
       "app.json: healthchecks.web[0] must be one of path, command, listening and uptime"},
      {R"({"healthchecks": {"web": [{"path": "up"}]}})",
       "app.json: healthchecks.web[0].path must be a path such as /up, without spaces"},
      {R"({"healthchecks": {"web": [{"path": "/a\r\nX: y"}]}})",
       "app.json: healthchecks.web[0].path must be a path such as /up, without spaces"},
      {R"({"healthchecks": {"web": [{"path": "/", "type": "boot"}]}})",
       "app.json: healthchecks.web[0].type must be startup, liveness or readiness"},
      {R"({"healthchecks": {"web": [{"path": "/", "scheme": "https"}]}})",
       "app.json: healthchecks.web[0].scheme must be http: that is what a container speaks"},
      {R"({"healthchecks": {"web": [{"path": "/", "attempts": 0}]}})",
       "app.json: healthchecks.web[0].attempts must be a whole number from 1 to 1000"},
      {R"({"healthchecks": {"web": [{"path": "/", "httpHeaders": [{"name": "a b"}]}]}})",
       "app.json: healthchecks.web[0].httpHeaders[0]: name must be the name of an HTTP header"},
      {R"({"healthchecks": {"web": [{"command": "a b"}]}})",
       "app.json: healthchecks.web[0].command must be a list"},
      {R"({"scripts": {"predeploy": ["a"]}})", "app.json: scripts.predeploy must be a text"},
      {R"({"scripts": {"dokku": "a"}})", "app.json: scripts.dokku must be an object"},
      {R"({"env": {"A B": "x"}})", "app.json: env.A B"},
      {R"({"env": {"PORT": "80"}})", "app.json: env.PORT"},
      {R"({"env": {"A": 3}})", "app.json: env.A must be an object"},
      {R"({"env": {"A": {"generator": "uuid"}}})", "app.json: env.A.generator must be secret"},
      {R"({"cron": [{"schedule": "61 * * * *", "command": "x"}]})",
       "app.json: cron[0].schedule: '61' is no minute"},
      {R"({"cron": [{"schedule": "@daily"}]})", "app.json: cron[0]: command is missing"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_THAT(refusal(text), HasSubstr(message)) << text;
  }
}

TEST(AppJson, BoundsDepthAndSize) {
  EXPECT_THAT(refusal(std::string(100'000, '[')), HasSubstr("line 1"));
  std::string deep = R"({"x": )" + std::string(40, '[') + std::string(40, ']') + "}";
  EXPECT_THAT(refusal(deep), HasSubstr("levels deep"));
  EXPECT_THAT(refusal(std::string(kMostAppJsonBytes + 1, ' ')), HasSubstr("larger than"));
}

TEST(AppJson, NeverShowsAValue) {
  EXPECT_EQ(refusal(R"({"env": {"A": {"value": "hunter2\u0000"}}})"),
            "app.json: env.A.value must be free of NUL characters");
}

TEST(Manifest, IsTheSameFromItsText) {
  const Manifest manifest = read(R"({"healthchecks": {"web": [{"path": "/up", "content": "ö\n",
    "httpHeaders": [{"name": "A", "value": "b"}, {"name": "A", "value": "c"}], "warn": true},
    {"type": "liveness", "command": ["a", "b c"], "attempts": 2, "timeout": 9, "wait": 0}],
    "worker": [{"uptime": 3, "initialDelay": 4}, {"listening": true, "port": 7}]},
    "scripts": {"predeploy": "a", "postdeploy": "b", "dokku": {"postdeploy": "c"}},
    "formation": {"web": {"quantity": 0}},
    "cron": [{"schedule": "@hourly", "command": "x"}], "protocol": "h2c"})")
                                .manifest;
  EXPECT_EQ(read(to_json(manifest)).manifest, manifest);
  EXPECT_EQ(to_json(Manifest{}), "{}");
}

}  // namespace
}  // namespace minpaas
