#include "core/webhook/post.h"

#include <gmock/gmock.h>

#include <thread>

#include "tests/support/loopback_server.h"

namespace minpaas::webhook {
namespace {

using test::LoopbackServer;
using testing::HasSubstr;

PostRules anywhere(milliseconds timeout = seconds(10)) {
  return {Reach::Anywhere, timeout, "/etc/ssl/certs/ca-certificates.crt"};
}

std::string url_of(const LoopbackServer& server, const std::string& host = "127.0.0.1") {
  return "http://" + host + ":" + std::to_string(server.port()) + "/hook?key=1";
}

TEST(Webhook, PostsJson) {
  const LoopbackServer server(LoopbackServer::http(204));
  EXPECT_TRUE(post_json(url_of(server), R"({"a":1})", anywhere(), {}));
  EXPECT_THAT(server.received(), HasSubstr("POST /hook?key=1 HTTP/1.1\r\n"));
  EXPECT_THAT(server.received(), HasSubstr("Content-Type: application/json\r\n"));
}

TEST(Webhook, FailsWithAnyOtherStatusAndDoesNotGoElsewhere) {
  const LoopbackServer other(LoopbackServer::http(200));
  const LoopbackServer server("HTTP/1.1 302 X\r\nLocation: " + url_of(other) +
                              "\r\nContent-Length: 0\r\n\r\n");
  const auto posted = post_json(url_of(server), "{}", anywhere(), {});
  ASSERT_FALSE(posted);
  EXPECT_EQ(posted.error().code, ErrorCode::Failed);
  EXPECT_EQ(posted.error().message, "127.0.0.1:" + std::to_string(server.port()) + " answered 302");
  EXPECT_EQ(other.connections(), 0);
}

TEST(Webhook, DoesNotReachPrivateAddressesByWhateverName) {
  const LoopbackServer server(LoopbackServer::http(200));
  PostRules rules = anywhere();
  rules.reach = Reach::Public;
  for (const char* host :
       {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"}) {
    const auto posted = post_json(url_of(server, host), "{}", rules, {});
    ASSERT_FALSE(posted) << host;
    EXPECT_EQ(posted.error().code, ErrorCode::PermissionDenied) << posted.error().for_log();
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(Webhook, DoesNotWaitForLongerThanItMay) {
  const LoopbackServer server("", "127.0.0.1", 0, LoopbackServer::Manner::Silent);
  const auto posted = post_json(url_of(server), "{}", anywhere(milliseconds(300)), {});
  ASSERT_FALSE(posted);
  EXPECT_EQ(posted.error().code, ErrorCode::Timeout);
}

TEST(Webhook, EndsWhenItIsStopped) {
  const LoopbackServer server("", "127.0.0.1", 0, LoopbackServer::Manner::Silent);
  std::stop_source stop;
  const std::jthread stopper([&] {
    while (server.connections() == 0) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    stop.request_stop();
  });
  const auto posted = post_json(url_of(server), "{}", anywhere(seconds(60)), stop.get_token());
  ASSERT_FALSE(posted);
  EXPECT_EQ(posted.error().code, ErrorCode::Cancelled);
}

TEST(Webhook, SaysWhatIsWrong) {
  EXPECT_EQ(post_json("file:///etc/passwd", "{}", anywhere(), {}).error().code,
            ErrorCode::InvalidInput);
  EXPECT_EQ(post_json("http://nobody.invalid/", "{}", anywhere(), {}).error().code,
            ErrorCode::NotFound);
  std::string url;
  {
    const LoopbackServer server(LoopbackServer::http(200));
    url = url_of(server);
  }
  EXPECT_EQ(post_json(url, "{}", anywhere(), {}).error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace minpaas::webhook
