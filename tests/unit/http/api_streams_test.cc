#include "tests/unit/http/api_bed.h"

namespace minpaas::http {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

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

TEST_F(HttpApi, ShowsTheOutputOfABuildThatHasFailed) {
  platform_.script = {state::DeployStage::Failed, "the app exited", {"boom"}};
  const json failed = json::parse(ask("POST", "/apps/blog/ps/restart").body);
  const std::string target = fmt::format("/apps/blog/builds/output?id={}", failed["deploy"].dump());
  const Reply whole = ask("GET", target);
  EXPECT_EQ(whole.status, 200);
  const json lines = json::parse(whole.body);
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(lines[0]["line"], "boom");
  EXPECT_EQ(lines[1]["build"]["status"], "failed");
  headers_["accept"] = "text/event-stream";
  EXPECT_EQ(status("GET", target), 0);
  EXPECT_THAT(events_.names(), ElementsAre("line", "line", "problem"));
  EXPECT_EQ(json::parse(events_.all[2].data)["code"], "failed");
}

TEST_F(HttpApi, AnswersAllEventsThoughTheValuesOfOneAppCannotBeRead) {
  const Actor ada{
      .user_id = 1, .name = "ada", .role = minpaas::Role::Admin, .key_fingerprint = "", .from = ""};
  for (const char* app : {"", "blog", ""}) {
    platform_.events().record(ada, {app, "apps:set", "runtime=node", "ok"});
  }
  platform_.mask_outage = Error{ErrorCode::Corrupt, "PASSWORD cannot be opened", "", ""};
  const Reply reply = ask("GET", "/events?limit=3");
  EXPECT_EQ(reply.status, 200);
  const json rows = json::parse(reply.body);
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[0]["detail"], "runtime=node");
  EXPECT_EQ(rows[1]["app"], "blog");
  EXPECT_EQ(rows[1]["detail"], json());
  EXPECT_EQ(rows[2]["detail"], "runtime=node");
  EXPECT_NE(next_of(reply), "");
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

}  // namespace
}  // namespace minpaas::http
