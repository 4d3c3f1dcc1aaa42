#include <fmt/format.h>

#include "tests/unit/http/api_bed.h"

namespace minpaas::http {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST_F(HttpApi, AnswersWhatTheCommandPrintsWithJson) {
  EXPECT_EQ(json::parse(ask("GET", "/apps").body)[0]["name"], "blog");
  EXPECT_EQ(json::parse(ask("GET", "/apps/blog").body)["name"], "blog");
  EXPECT_EQ(json::parse(ask("GET", "/version").body)["version"], MINPAAS_VERSION);
  EXPECT_EQ(status("POST", "/apps", R"({"name":"shop"})"), 201);
  EXPECT_EQ(status("DELETE", "/apps/shop"), 200);
  EXPECT_EQ(status("GET", "/apps/shop"), 404);
}

TEST_F(HttpApi, GivesNumbersAsPrometheusReadsThem) {
  const Reply reply = ask("GET", "/metrics");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(reply.body, testing::HasSubstr("minpaas_engine_up 1\n"));
  headers_["authorization"] = "";
  EXPECT_EQ(status("GET", "/metrics"), 401);
}

TEST_F(HttpApi, NeedsATokenForAllButHealthAndDescription) {
  headers_["authorization"] = "";
  EXPECT_EQ(status("GET", "/healthz"), 200);
  EXPECT_EQ(status("GET", "/openapi.json"), 200);
  const Reply refused = ask("GET", "/apps");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.headers.front().first, "WWW-Authenticate");
  for (const char* header : {"Basic YTpi", "Bearer", "Bearer ", "secret-all", "Bearer nonsense"}) {
    headers_["authorization"] = header;
    EXPECT_EQ(status("GET", "/apps"), 401) << header;
  }
}

TEST_F(HttpApi, RefusesAnExpiredToken) {
  make_token("brief", {}, std::chrono::minutes(5));
  token_ = "brief";
  EXPECT_EQ(status("GET", "/apps"), 200);
  clock_.advance(std::chrono::minutes(5));
  EXPECT_EQ(status("GET", "/apps"), 401);
}

/// Beside each other, and beside what nobody knows: none hides another.
TEST_F(HttpApi, PutsOnRecordWhoseTokenHasExpired) {
  for (const char* name : {"one", "two"}) {
    make_token(name, {}, std::chrono::minutes(5));
  }
  clock_.advance(std::chrono::minutes(5));
  for (const char* name : {"unknown", "one", "two", "one"}) {
    token_ = name;
    ASSERT_EQ(status("GET", "/apps"), 401);
  }
  const auto& rows = platform_.events().rows;
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].actor, "-");
  EXPECT_EQ(rows[0].credential, "");
  for (const auto& row : {rows[1], rows[2]}) {
    EXPECT_EQ(row.actor, "ada");
    EXPECT_THAT(row.credential, testing::StartsWith("token "));
    EXPECT_THAT(row.detail, testing::HasSubstr("expired"));
    EXPECT_EQ(row.result, "denied");
  }
  EXPECT_NE(rows[1].credential, rows[2].credential);
}

TEST_F(HttpApi, RefusesWhatTheScopeDoesNotName) {
  make_token("narrow", {"ps*@blog", "version"});
  token_ = "narrow";
  EXPECT_EQ(status("GET", "/apps/blog/ps"), 200);
  EXPECT_EQ(status("POST", "/apps/blog/ps/restart"), 200);
  EXPECT_EQ(status("GET", "/apps/blog/config"), 403);
  EXPECT_EQ(status("GET", "/apps"), 403);
  // The same words whether the app is there or not.
  const auto hidden = [&](const char* app) {
    std::string body = ask("GET", std::string("/apps/") + app + "/ps").body;
    return body.replace(body.find(app), std::string(app).size(), "X");
  };
  ASSERT_EQ(
      platform_.create_app(Actor{1, "ada", minpaas::Role::Admin, "", ""}, *AppName::parse("shop"))
          .has_value(),
      true);
  EXPECT_EQ(hidden("shop"), hidden("none"));
}

TEST_F(HttpApi, LimitsFailedTokensButNotGoodOnes) {
  token_ = "wrong";
  for (int i = 0; i < hooks::FailedTries::kMostAMinute; ++i) {
    ASSERT_EQ(status("GET", "/apps"), 401);
  }
  EXPECT_EQ(status("GET", "/apps"), 429);
  ASSERT_EQ(platform_.events().rows.size(), 1U) << "once a minute";
  EXPECT_EQ(platform_.events().rows[0].action, "token");
  EXPECT_EQ(platform_.events().rows[0].result, "denied");
  token_ = "all";
  EXPECT_EQ(status("GET", "/apps"), 200);
  token_ = "wrong";
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(status("GET", "/apps"), 401);
}

TEST_F(HttpApi, GivesListsOfWhatThereIsInPartsThatLeadToTheNext) {
  for (const char* name : {"ant", "bee", "cow", "dog"}) {
    const std::string body = fmt::format(R"({{"name":"{}"}})", name);
    ASSERT_EQ(status("POST", "/apps", body), 201);
    ASSERT_EQ(status("POST", "/tokens", body), 201);
    ASSERT_EQ(status("POST", "/keys",
                     fmt::format(R"({{"name":"{0}","public_key":"ssh-rsa AA+{0}/a=="}})", name)),
              201);
    ASSERT_EQ(status("POST", "/apps/blog/storage", fmt::format(R"({{"mount":"{0}:/{0}"}})", name)),
              200);
  }
  for (const char* path :
       {"/apps", "/users", "/keys", "/tokens", "/storage", "/storage?app=blog"}) {
    const json whole = json::parse(ask("GET", path).body);
    ASSERT_GE(whole.size(), 4U) << path;
    json walked = json::array();
    std::string target = fmt::format("{}{}limit=2", path,
                                     std::string(path).find('?') == std::string::npos ? "?" : "&");
    for (std::size_t parts = 0; !target.empty() && parts <= whole.size(); ++parts) {
      const Reply part = ask("GET", target);
      ASSERT_EQ(part.status, 200) << target << part.body;
      for (const json& row : json::parse(part.body)) {
        walked.push_back(row);
      }
      target = next_of(part);
    }
    EXPECT_EQ(walked, whole) << path;
    EXPECT_EQ(target, "") << path;
  }
}

TEST_F(HttpApi, GoesOnBehindAnAppThatIsGoneAndSaysWhereItCannot) {
  EXPECT_EQ(json::parse(ask("GET", "/apps?after=azalea").body)[0]["name"], "blog");
  EXPECT_EQ(json::parse(ask("GET", "/apps?after=blog").body), json::array());
  EXPECT_EQ(status("GET", "/tokens?after=gone"), 404);
  EXPECT_EQ(status("GET", "/apps?after=../etc"), 422);
  EXPECT_EQ(status("GET", "/users?after=../etc"), 422);
  EXPECT_EQ(status("GET", "/apps?limit=0"), 422);
  EXPECT_EQ(status("GET", "/apps?limit=1001"), 422);
  EXPECT_EQ(status("GET", "/apps?before=blog"), 422);
}

TEST_F(HttpApi, PutsThoseWithoutATokenOnRecordOnceAMinute) {
  headers_["authorization"] = "";
  for (int i = 0; i < 2 * hooks::FailedTries::kMostAMinute; ++i) {
    ASSERT_EQ(status("GET", "/apps"), 401) << "nobody guesses a token by sending none";
  }
  ASSERT_EQ(platform_.events().rows.size(), 1U);
  const auto& row = platform_.events().rows[0];
  EXPECT_EQ(row.actor, "-");
  EXPECT_EQ(row.from, "192.0.2.1");
  EXPECT_EQ(row.action, "token");
  EXPECT_EQ(row.detail, "none was sent");
  EXPECT_EQ(row.result, "denied");
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(status("GET", "/apps"), 401);
  EXPECT_EQ(platform_.events().rows.size(), 2U);
}

TEST_F(HttpApi, PutsATokenThatDoesNotHoldOnRecordThoughNoneWasSentBefore) {
  for (int i = 0; i < 2; ++i) {
    headers_["authorization"] = "";
    ASSERT_EQ(status("GET", "/apps"), 401);
    headers_["authorization"] = "Bearer nonsense";
    ASSERT_EQ(status("GET", "/apps"), 401);
  }
  ASSERT_EQ(platform_.events().rows.size(), 2U);
  EXPECT_EQ(platform_.events().rows[0].detail, "none was sent");
  EXPECT_NE(platform_.events().rows[1].detail, "none was sent");
}

TEST_F(HttpApi, RefusesNamesThatAPageOfTheWebMayHaveGotHereBy) {
  for (const char* host : {"localhost", "localhost:4000", "LOCALHOST", "127.0.0.1:4000",
                           "127.1.2.3", "[::1]:4000", "[::1]"}) {
    headers_["host"] = host;
    EXPECT_EQ(status("GET", "/healthz"), 200) << host;
  }
  for (const char* host : {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example",
                           "10.0.0.1", "[::2]", "127.evil.0.1"}) {
    headers_["host"] = host;
    EXPECT_EQ(status("GET", "/healthz"), 421) << host;
  }
  headers_["host"] = "";
  EXPECT_EQ(status("GET", "/healthz"), 400);
}

TEST_F(HttpApi, MakesProblemsOfErrors) {
  const Reply missing = ask("GET", "/apps/blgo");
  EXPECT_EQ(missing.content_type, "application/problem+json");
  const json problem = json::parse(missing.body);
  EXPECT_EQ(problem["status"], 404);
  EXPECT_EQ(problem["title"], "Not Found");
  EXPECT_EQ(problem["code"], "not_found");
  EXPECT_EQ(status("POST", "/apps", R"({"name":"blog"})"), 409);
  EXPECT_EQ(status("POST", "/apps", R"({"name":"../x"})"), 422);
  EXPECT_EQ(status("GET", "/apps/..%2f..%2fetc"), 400);
  EXPECT_EQ(status("GET", "/apps/a%0d%0ax"), 400);
  EXPECT_EQ(status("PUT", "/apps"), 405);
  EXPECT_EQ(status("POST", "/apps", std::string(1001, ' ')), 413);
  platform_.outage = Error{ErrorCode::Unavailable, "the database is locked", "", "secret cause"};
  const Reply down = ask("GET", "/apps/blog");
  EXPECT_EQ(down.status, 503);
  EXPECT_THAT(down.body, testing::Not(HasSubstr("secret")));
}

TEST_F(HttpApi, NamesNoFieldThatIsAConfigValue) {
  ASSERT_EQ(status("PATCH", "/apps/blog/config", R"({"vars":{"TOKEN":"correct-horse"}})"), 200);
  for (const auto& [target, body] :
       std::map<std::string, std::string>{{"/apps/blog/ps/restart", R"({"correct-horse":1})"},
                                          {"/deploy", R"({"app":"blog","correct-horse":1})"},
                                          {"/apps/blog/ps/restart?correct-horse=1", ""}}) {
    const Reply wrong = ask("POST", target, body);
    EXPECT_EQ(wrong.status, 422) << target;
    EXPECT_EQ(json::parse(wrong.body)["field"], "[TOKEN]") << target;
  }
  EXPECT_EQ(json::parse(ask("GET", "/events?app=blog&correct-horse=1").body)["field"], "[TOKEN]");
  EXPECT_EQ(json::parse(ask("POST", "/apps/blog/ps/restart", R"({"colour":1})").body)["field"],
            "colour");
}

TEST_F(HttpApi, AnswersHowADeployHasEnded) {
  const json done = json::parse(ask("PATCH", "/apps/blog/config", R"({"vars":{"A":"b"}})").body);
  EXPECT_EQ(done["status"], "succeeded");
  EXPECT_EQ(done["release"], "v3");
  platform_.script = {state::DeployStage::Failed, "the app exited", {"boom"}};
  const Reply failed = ask("POST", "/apps/blog/ps/restart");
  EXPECT_EQ(failed.status, 422);
  EXPECT_EQ(json::parse(failed.body)["code"], "failed");
  EXPECT_TRUE(json::parse(failed.body)["deploy"].is_number());
}

TEST_F(HttpApi, AnswersADeployOfAnImageThatIsNotThereWith404) {
  using state::DeployStage;
  for (const auto& [failure, status] :
       {std::pair(ErrorCode::NotFound, 404), std::pair(ErrorCode::PermissionDenied, 403)}) {
    platform_.script = {DeployStage::Failed, "there is no image none:1", {}, failure};
    headers_["idempotency-key"] = std::to_string(status);
    const Reply reply = ask("POST", "/deploy", R"({"app":"blog","image":"none:1"})");
    EXPECT_EQ(reply.status, status);
    const json problem = json::parse(reply.body);
    EXPECT_EQ(problem["code"], to_string(failure));
    EXPECT_TRUE(problem["deploy"].is_number());
    EXPECT_EQ(ask("POST", "/deploy", R"({"app":"blog","image":"none:1"})").body, reply.body)
        << "a deploy that failed was done";
  }
}

TEST_F(HttpApi, DeploysWhatIsElsewhere) {
  const Reply reply =
      ask("POST", "/deploy", R"({"app":"shop","image":"nginx","env":{"DEBUG":false,"N":2}})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(reply.body, HasSubstr(R"("release": "v1")"));
  EXPECT_EQ(platform_.sources().last_image, "nginx:latest");
  EXPECT_EQ(platform_.sources().last_changes.set.size(), 2U);
  const Reply again =
      ask("POST", "/deploy",
          R"({"app":"shop","repo":"https://git.example/shop","ref":"v2","runtime":"node"})");
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(platform_.sources().last_url, "https://git.example/shop");
  EXPECT_EQ(platform_.sources().last_ref, "v2");
  EXPECT_EQ(platform_.sources().last_changes.runtime, "node");
  EXPECT_EQ(json::parse(ask("GET", "/apps/shop").body)["chosen_runtime"], "node");
  EXPECT_EQ(status("POST", "/deploy", R"({"app":"shop","image":"nginx","runtime":7})"), 422);
  EXPECT_EQ(status("POST", "/deploy", R"({"app":"blog"})"), 422);
  EXPECT_EQ(status("POST", "/deploy", R"({"image":"nginx"})"), 422);
  EXPECT_EQ(status("POST", "/deploy", R"({"app":"blog","archive":"-"})"), 422);
}

}  // namespace
}  // namespace minpaas::http
