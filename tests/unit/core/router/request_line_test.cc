#include "core/router/request_line.h"

#include <gmock/gmock.h>

namespace minpaas::router {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class RequestText : public testing::Test {
 protected:
  [[nodiscard]] std::string text(std::string_view line) const {
    const auto request = parse_request(line, names_);
    return request ? request_text(*request, names_) : "(none)";
  }

  /// Of a request that ended so.
  [[nodiscard]] std::string ended(const std::string& state,
                                  const std::string& server = "c-0123456789ab") const {
    return text("1795709201531513 app-blog " + server + " 503 12 877 " + state +
                " 203.0.113.7 {h|i} GET /");
  }

  RequestNames names_{.apps = {{"app-blog", *AppName::parse("shop")}},
                      .processes = {{"c-0123456789ab", "web.1"}}};
};

TEST_F(RequestText, TellsAllOfARequest) {
  const std::string_view line =
      "1795709201531513 app-blog c-0123456789ab 200 12 1234 -- 203.0.113.7 "
      "{blog.localhost|a9f3194e-0d28} GET /a/b.html";
  const auto request = parse_request(line, names_);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->app.str(), "shop");
  EXPECT_EQ(request->at.time_since_epoch().count(), 1795709201531513);
  EXPECT_EQ(text(line),
            "GET /a/b.html 200 12ms 1234B host=blog.localhost from=203.0.113.7 process=web.1 "
            "id=a9f3194e-0d28");
}

TEST_F(RequestText, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(text("1 app-blog c-ffffffffffff -1 -1 0 CH 2001:db8::1 {|} OPTIONS "),
            "OPTIONS - - - 0B from=2001:db8::1 why=\"client left\"");
}

TEST_F(RequestText, NeverTellsAQuery) {
  EXPECT_THAT(text("1 app-blog c-1 200 1 2 -- ::1 {h|i} GET /login?token=secret"),
              Not(HasSubstr("secret")));
  EXPECT_THAT(text("1 app-blog c-1 200 1 2 -- ::1 {h|i} GET /login#3Ftoken=secret"),
              Not(HasSubstr("secret")));
  EXPECT_THAT(text("1 app-blog c-1 200 1 2 -- ::1 {h|i} GET /login#23secret"),
              Not(HasSubstr("secret")));
}

TEST_F(RequestText, IsNotForgedByWhatClientsSend) {
  EXPECT_EQ(text("1 app-blog c-1 200 1 2 -- ::1 {a from=9.9.9.9 #22#7C#7D|x id=y#0A#FF} "
                 "G#7DET /#C3#A9 200 0ms"),
            "G}ET /%C3%A9%20200%200ms 200 1ms 2B host=a%20from=9.9.9.9%20%22|} from=::1 "
            "id=x%20id=y%0A%FF");
}

TEST_F(RequestText, BoundsWhatClientsSend) {
  const std::string many(5000, 'x');
  const std::string told =
      text("1 app-blog c-1 200 1 2 -- ::1 {" + many + "|" + many + "} " + many + " /" + many);
  EXPECT_LT(told.size(), 900);
  EXPECT_THAT(told, HasSubstr("xxx... 200 1ms"));
  EXPECT_THAT(told, EndsWith("xxx..."));
}

TEST_F(RequestText, SaysWhyThereWasNoAnswer) {
  EXPECT_THAT(ended("--"), EndsWith("id=i"));
  EXPECT_THAT(ended("LR", "<NOSRV>"), EndsWith(" why=\"maintenance page\""));
  EXPECT_THAT(ended("SC", "<NOSRV>"), EndsWith(" why=\"no process to answer\""));
  EXPECT_THAT(ended("SC"), EndsWith(" why=\"app refused the connection\""));
  EXPECT_THAT(ended("SH"), EndsWith(" why=\"app closed the connection without an answer\""));
  EXPECT_THAT(ended("sH"), EndsWith(" why=\"app did not answer in time\""));
  EXPECT_THAT(ended("CD"), EndsWith(" why=\"client left during the answer\""));
  EXPECT_THAT(ended("KD"), EndsWith(" why=\"cut, its process was to stop\""));
  EXPECT_THAT(ended("U\x1b"), EndsWith(" why=\"ended early, U%1B\""));
  EXPECT_THAT(ended(""), Not(HasSubstr("why=\"\"")));
}

TEST_F(RequestText, IsOnlyOfAnApp) {
  for (const char* line :
       {"", "Proxy app-blog stopped (cumulated conns: FE: 0, BE: 8).",
        "1 app-other c-1 200 1 2 -- ::1 {h|i} GET /", "1 acme lego 200 1 2 -- ::1 {h|i} GET /",
        "1 port-blog <NOSRV> 400 0 0 PR ::1 <BADREQ> <BADREQ>",
        "1 app-blog c-1 200 1 2 -- ::1 {h|i", "1 app-blog c-1 200 1 2 -- ::1 {h} GET /",
        "1 app-blog c-1 200 1 2 -- ::1 {h|i|j} GET /", "1 app-blog c-1 1000 1 2 -- ::1 {h|i} GET /",
        "-1 app-blog c-1 200 1 2 -- ::1 {h|i} GET /", "1 app-blog c-1 200 1"}) {
    EXPECT_EQ(text(line), "(none)") << line;
  }
}

}  // namespace
}  // namespace minpaas::router
