#include "http/api.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "core/base/log.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_metrics.h"
#include "tests/support/fake_platform.h"
#include "tests/support/fake_request_keys.h"

namespace minpaas::http {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Event {
  std::string event;
  std::string id;
  std::string data;
};

class Events : public EventSink {
 public:
  bool send(std::string_view event, std::string_view id, std::string_view data) override {
    all.push_back({std::string(event), std::string(id), std::string(data)});
    return !peer_has_left;
  }

  bool has_begun() override { return !all.empty(); }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Event& event : all) {
      names.push_back(event.event);
    }
    return names;
  }

  std::vector<Event> all;
  bool peer_has_left = false;
};

/// `blog` was deployed and has logs; ada is an administrator with a token for everything.
class HttpApi : public testing::Test {
 protected:
  HttpApi() {
    log::set_level(log::Level::Error);
    platform_.deploy("blog", *Oid::parse(std::string(Oid::kHexCharacters, '1')));
    platform_.deploy("blog", *Oid::parse(std::string(Oid::kHexCharacters, '2')));
    make_token("all", {});
  }

  void make_token(const std::string& name, const std::vector<std::string>& scope,
                  std::optional<milliseconds> lifetime = std::nullopt) {
    hooks::TokenRequest request{name, {}, lifetime};
    for (const std::string& text : scope) {
      request.scope.push_back(*ScopeRule::parse(text));
    }
    const Actor ada{.user_id = 1,
                    .name = "ada",
                    .role = minpaas::Role::Admin,
                    .key_fingerprint = "",
                    .from = ""};
    ASSERT_TRUE(platform_.tokens().create(ada, request));
  }

  Request request(const std::string& method, const std::string& target, const std::string& body) {
    Request request{.method = method, .target = target};
    request.headers = {{"host", "localhost"},
                       {"authorization", "Bearer secret-" + token_},
                       {"content-type", "application/json"}};
    request.body = body;
    request.from = "192.0.2.1";
    for (const auto& [name, value] : headers_) {
      request.headers[name] = value;
    }
    return request;
  }

  Reply ask(const std::string& method, const std::string& target, const std::string& body = "") {
    const Request asked = request(method, target, body);
    const auto admitted = api_.admit(asked, body.size());
    if (const auto* problem = std::get_if<Problem>(&admitted)) {
      return reply_from(*problem);
    }
    events_.all.clear();
    const auto reply = api_.serve(std::get<Admitted>(admitted), asked, events_, gone_.get_token());
    return reply.value_or(Reply{.status = 0, .body = "streamed"});
  }

  /// The target that the Link header leads to; empty: there is none.
  static std::string next_of(const Reply& reply) {
    for (const auto& [name, value] : reply.headers) {
      if (name == "Link") {
        EXPECT_THAT(value, testing::EndsWith(">; rel=\"next\""));
        return value.substr(1, value.find('>') - 1);
      }
    }
    return "";
  }

  int status(const std::string& method, const std::string& target, const std::string& body = "") {
    return ask(method, target, body).status;
  }

  test::FakeClock clock_;
  test::FakePlatform platform_{clock_};
  test::FakeRequestKeys request_keys_;
  test::FakeMetrics metrics_;
  Backend backend_{platform_, platform_.tokens(), request_keys_, metrics_, clock_};
  Api api_{backend_, {.most_body_bytes = 1000, .most_long_requests = 2}};
  std::string token_ = "all";
  Headers headers_;
  Events events_;
  std::stop_source gone_;
};

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

TEST_F(HttpApi, StreamsADeployWithItsOutcomeAtTheEnd) {
  headers_["accept"] = "text/event-stream";
  EXPECT_EQ(status("POST", "/apps/blog/ps/restart"), 0);
  EXPECT_THAT(events_.names(), ElementsAre("deploy", "progress", "progress", "outcome"));
  EXPECT_EQ(json::parse(events_.all[1].data)["line"], "-----> Starting");
  EXPECT_EQ(json::parse(events_.all[3].data)["status"], "succeeded");
  platform_.script = {state::DeployStage::Failed, "the app exited", {"boom"}};
  EXPECT_EQ(status("POST", "/apps/blog/ps/restart"), 0);
  EXPECT_THAT(events_.names(), ElementsAre("deploy", "progress", "problem"));
  EXPECT_EQ(json::parse(events_.all[2].data)["code"], "failed");
  EXPECT_EQ(status("POST", "/apps/none/ps/restart"), 404);
}

TEST_F(HttpApi, NamesTheStreamInWhichADeployThatWasCutGoesOn) {
  headers_["accept"] = "text/event-stream";
  platform_.script.lines = {"-----> one", "-----> two", "-----> three"};
  EXPECT_EQ(status("POST", "/apps/blog/ps/restart"), 0);
  const auto whole = events_.all;
  ASSERT_THAT(whole, SizeIs(5));
  const json deploy = json::parse(whole[0].data);
  EXPECT_EQ(deploy["app"], "blog");
  EXPECT_EQ(deploy["deploy"], json::parse(whole[4].data)["deploy"]);
  headers_["last-event-id"] = whole[1].id;
  EXPECT_EQ(status("GET", deploy["output"].get<std::string>()), 0);
  ASSERT_GE(events_.all.size(), 2U);
  EXPECT_EQ(events_.all[0].data, whole[2].data);
  EXPECT_EQ(events_.all[0].id, whole[2].id);
  EXPECT_EQ(events_.all[1].data, whole[3].data);
}

TEST_F(HttpApi, StreamsLogsThatGoOnAfterACut) {
  const SystemTime now = clock_.now();
  for (const char* text : {"one", "two", "three"}) {
    platform_.add_log("blog", {ProcessType::web(), 1, now, text});
  }
  platform_.add_log("blog", {ProcessType::web(), 1, now + seconds(1), "four"});
  headers_["accept"] = "text/event-stream";
  EXPECT_EQ(status("GET", "/apps/blog/logs?tail=3"), 0);
  EXPECT_THAT(events_.names(), ElementsAre("line", "line", "line", "end"));
  EXPECT_EQ(json::parse(events_.all[0].data)["text"], "two");
  EXPECT_EQ(status("GET", "/apps/blog/logs"), 0);
  ASSERT_THAT(events_.all, SizeIs(5));
  headers_["last-event-id"] = events_.all[1].id;
  EXPECT_EQ(status("GET", "/apps/blog/logs?tail=1"), 0);
  ASSERT_THAT(events_.names(), ElementsAre("line", "line", "end"));
  EXPECT_EQ(json::parse(events_.all[0].data)["text"], "three");
  EXPECT_EQ(json::parse(events_.all[1].data)["text"], "four");
  EXPECT_EQ(status("GET", "/apps/none/logs?follow=1"), 404);
}

TEST_F(HttpApi, StreamsEventsThatGoOnAfterACut) {
  const Actor ada{
      .user_id = 1, .name = "ada", .role = minpaas::Role::Admin, .key_fingerprint = "", .from = ""};
  const auto record = [&](const std::string& detail) {
    platform_.events().record(ada, {"blog", "ps:scale", detail, "done"});
  };
  record("one");
  record("two");
  record("three");
  clock_.advance(seconds(1));
  record("four");
  EXPECT_EQ(status("GET", "/events?follow=true&app=blog"), 0);
  ASSERT_THAT(events_.names(), ElementsAre("line", "line", "line", "line", "end"));
  EXPECT_EQ(json::parse(events_.all[1].data)["detail"], "two");
  headers_["last-event-id"] = events_.all[1].id;
  EXPECT_EQ(status("GET", "/events?follow=true&app=blog&limit=1"), 0);
  ASSERT_THAT(events_.names(), ElementsAre("line", "line", "end"));
  EXPECT_EQ(json::parse(events_.all[0].data)["detail"], "three");
  EXPECT_EQ(json::parse(events_.all[1].data)["detail"], "four");
}

TEST_F(HttpApi, AnswersLogsAsAList) {
  platform_.add_log("blog", {ProcessType::web(), 1, clock_.now(), "one"});
  const json lines = json::parse(ask("GET", "/apps/blog/logs?tail=10").body);
  EXPECT_EQ(lines[0]["text"], "one");
}

TEST_F(HttpApi, StreamsTheOutputOfABuildFromWhereItWasCut) {
  headers_["accept"] = "text/event-stream";
  EXPECT_EQ(status("GET", "/apps/blog/builds/output?id=2"), 0);
  const auto whole = events_.all;
  ASSERT_GE(whole.size(), 3U);
  headers_["last-event-id"] = whole[0].id;
  EXPECT_EQ(status("GET", "/apps/blog/builds/output?id=2"), 0);
  EXPECT_EQ(events_.all.size(), whole.size() - 1);
  EXPECT_EQ(events_.all[0].data, whole[1].data);
}

TEST_F(HttpApi, RunsAProgram) {
  const json ran =
      json::parse(ask("POST", "/apps/blog/run", R"({"command":["cat"],"input":"hello"})").body);
  EXPECT_EQ(ran["status"], 0);
  EXPECT_EQ(ran["stdout"], "hello");
  headers_["accept"] = "text/event-stream";
  EXPECT_EQ(status("POST", "/apps/blog/run", R"({"command":["echo","a"]})"), 0);
  EXPECT_THAT(events_.names(), ElementsAre("stdout", "outcome"));
  headers_.clear();
  EXPECT_EQ(
      json::parse(ask("POST", "/apps/blog/run", R"({"command":["exit","3"]})").body)["status"], 3);
}

TEST_F(HttpApi, TurnsLongRequestsAwayWhenThereAreManyAndKeepsShortOnes) {
  Api full(backend_, {.most_long_requests = 0});
  const auto ask_full = [&](const char* target) {
    const Request asked = request("GET", target, "");
    const auto admitted = std::get<Admitted>(full.admit(asked, 0));
    return full.serve(admitted, asked, events_, gone_.get_token())->status;
  };
  EXPECT_EQ(ask_full("/apps/blog/logs?follow=1"), 503);
  EXPECT_EQ(ask_full("/apps/blog"), 200);
  EXPECT_THAT(events_.all, IsEmpty());
}

TEST_F(HttpApi, DoesARequestWithAKeyOnce) {
  headers_["idempotency-key"] = "k1";
  const Reply first = ask("POST", "/apps", R"({"name":"shop"})");
  EXPECT_EQ(first.status, 201);
  const Reply again = ask("POST", "/apps", R"({"name":"shop"})");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.headers.front().first, "Idempotent-Replayed");
  EXPECT_EQ(status("POST", "/apps", R"({"name":"other"})"), 422);
  EXPECT_EQ(status("POST", "/apps/shop/lock"), 422);
  headers_["idempotency-key"] = "k2";
  EXPECT_EQ(status("POST", "/apps", R"({"name":"shop"})"), 409);
  EXPECT_EQ(status("POST", "/apps", R"({"name":"shop"})"), 409) << "a refusal is not kept";
  headers_["idempotency-key"] = std::string(256, 'k');
  EXPECT_EQ(status("POST", "/apps", R"({"name":"x"})"), 422);
}

TEST_F(HttpApi, KeepsHowAStreamedDeployHasEnded) {
  headers_["idempotency-key"] = "k1";
  headers_["accept"] = "text/event-stream";
  EXPECT_EQ(status("POST", "/apps/blog/ps/restart"), 0);
  const auto first = events_.all;
  EXPECT_EQ(status("POST", "/apps/blog/ps/restart"), 0);
  ASSERT_THAT(events_.names(), ElementsAre("outcome"));
  EXPECT_EQ(events_.all[0].data, first.back().data);
  headers_.erase("accept");
  const Reply whole = ask("POST", "/apps/blog/ps/restart");
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(json::parse(whole.body), json::parse(first.back().data));
}

TEST_F(HttpApi, KeepsThatAStreamedDeployHasFailed) {
  headers_["idempotency-key"] = "k1";
  headers_["accept"] = "text/event-stream";
  platform_.script = {state::DeployStage::Failed, "the app exited", {"boom"}};
  EXPECT_EQ(status("POST", "/apps/blog/ps/restart"), 0);
  const auto first = events_.all;
  platform_.script = {};
  EXPECT_EQ(status("POST", "/apps/blog/ps/restart"), 0);
  ASSERT_THAT(events_.names(), ElementsAre("problem"));
  EXPECT_EQ(events_.all[0].data, first.back().data);
  headers_.erase("accept");
  EXPECT_EQ(status("POST", "/apps/blog/ps/restart"), 422);
}

TEST_F(HttpApi, DoesADeployWithAKeyToItsEndThoughThePeerLeaves) {
  gone_.request_stop();
  EXPECT_EQ(status("POST", "/apps/blog/ps/restart"), 409) << "nobody comes for its answer";
  headers_["idempotency-key"] = "k1";
  EXPECT_EQ(status("POST", "/apps/blog/ps/restart"), 200);
  EXPECT_EQ(ask("POST", "/apps/blog/ps/restart").headers.front().first, "Idempotent-Replayed");
  headers_["idempotency-key"] = "k2";
  headers_["accept"] = "text/event-stream";
  events_.peer_has_left = true;
  EXPECT_EQ(status("POST", "/apps/blog/ps/restart"), 0);
  EXPECT_EQ(events_.names().back(), "outcome");
  EXPECT_EQ(status("POST", "/apps/blog/ps/restart"), 0);
  EXPECT_THAT(events_.names(), ElementsAre("outcome"));
}

TEST_F(HttpApi, KeepsNoStreamOfAProgram) {
  headers_["idempotency-key"] = "k1";
  headers_["accept"] = "text/event-stream";
  EXPECT_EQ(status("POST", "/apps/blog/run", R"({"command":["echo","a"]})"), 422);
  headers_.erase("accept");
  EXPECT_EQ(status("POST", "/apps/blog/run", R"({"command":["echo","a"]})"), 200);
}

TEST_F(HttpApi, KeepsNoToken) {
  headers_["idempotency-key"] = "k1";
  const Reply first = ask("POST", "/tokens", R"({"name":"ci"})");
  EXPECT_EQ(first.status, 201);
  const Reply again = ask("POST", "/tokens", R"({"name":"ci"})");
  EXPECT_EQ(again.status, 409);
  const auto token = json::parse(first.body)["token"].get<std::string>();
  EXPECT_THAT(again.body, testing::Not(HasSubstr(token)));
  EXPECT_EQ(again.headers.front().first, "Idempotent-Replayed");
}

TEST_F(HttpApi, KeepsADeployThatFailedButNoRefusalOfAField) {
  headers_["idempotency-key"] = "k1";
  EXPECT_EQ(status("POST", "/apps", R"({"title":"shop"})"), 422);
  EXPECT_THAT(ask("POST", "/apps", R"({"title":"shop"})").headers, IsEmpty());
  EXPECT_EQ(status("POST", "/apps", R"({"name":"shop"})"), 201)
      << "the mended one may have the key";
  headers_["idempotency-key"] = "k2";
  platform_.script = {state::DeployStage::Failed, "the app exited", {"boom"}};
  const Reply failed = ask("POST", "/apps/blog/ps/restart");
  EXPECT_EQ(failed.status, 422);
  platform_.script = {};
  const Reply again = ask("POST", "/apps/blog/ps/restart");
  EXPECT_EQ(again.body, failed.body);
  EXPECT_EQ(again.headers.front().first, "Idempotent-Replayed");
}

TEST_F(HttpApi, RefusesARequestWhoseKeyIsAtWork) {
  headers_["idempotency-key"] = "k1";
  const Request asked = request("POST", "/apps/blog/ps/restart", "");
  ASSERT_TRUE(
      request_keys_.begin({asked.header("authorization"), "k1", "POST /apps/blog/ps/restart\n"}));
  EXPECT_EQ(status("POST", "/apps/blog/ps/restart"), 409);
}

TEST_F(HttpApi, GivesNoTokenTheAnswerOfAnother) {
  make_token("narrow", {"ps"});
  headers_["idempotency-key"] = "k1";
  EXPECT_EQ(status("POST", "/tokens", R"({"name":"x"})"), 201);
  token_ = "narrow";
  EXPECT_EQ(status("POST", "/tokens", R"({"name":"x"})"), 403);
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
