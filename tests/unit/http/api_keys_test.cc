#include "tests/unit/http/api_bed.h"

namespace minpaas::http {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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

}  // namespace
}  // namespace minpaas::http
