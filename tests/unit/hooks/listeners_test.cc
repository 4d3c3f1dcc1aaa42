#include "hooks/checks/listeners.h"

#include <gmock/gmock.h>

#include "hooks/checks/http_probe.h"

namespace minpaas::hooks {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// As Linux 6 prints it on a little-endian machine: sl, local, remote, state, queues, ...
constexpr std::string_view kTable =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n"
    "   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "1234 1 0 100 0 0 10 0\n"
    "   1: 00000000:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "1235 1 0 100 0 0 10 0\n"
    "   2: 020011AC:1388 010011AC:C350 01 00000000:00000000 00:00000000 00000000     0        0 "
    "1236 1 0 20 4 30 10 -1\n";
constexpr std::string_view kTable6 =
    "   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 0:0\n"
    "   1: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A 0:0\n"
    "   2: 0000000000000000FFFF00000100007F:1F92 00000000000000000000000000000000:0000 0A 0:0\n";

TEST(Listeners, AreReadFromTheKernelsTable) {
  const auto listeners = parse_listeners(kTable);
  ASSERT_THAT(listeners, SizeIs(2));
  EXPECT_EQ(listeners[0].address, "127.0.0.1");
  EXPECT_EQ(listeners[0].port, 8000);
  EXPECT_TRUE(listeners[0].loopback);
  EXPECT_EQ(listeners[1].address, "0.0.0.0");
  EXPECT_EQ(listeners[1].port, 5000);
  EXPECT_FALSE(listeners[1].loopback);
}

TEST(Listeners, OfIpv6AreReadToo) {
  const auto listeners = parse_listeners(kTable6);
  ASSERT_THAT(listeners, SizeIs(3));
  EXPECT_EQ(listeners[0].address, "::");
  EXPECT_FALSE(listeners[0].loopback);
  EXPECT_EQ(listeners[1].address, "::1");
  EXPECT_TRUE(listeners[1].loopback);
  EXPECT_TRUE(listeners[2].loopback);
}

TEST(Listeners, SkipWhatIsNoLineOfTheTable) {
  EXPECT_THAT(parse_listeners(""), IsEmpty());
  EXPECT_THAT(parse_listeners("x\n0: 0100007F 0 0A\n0: 01:1F40 0 0A\n0: 0100007F:99999 0 0A\n"
                              "0: GG00007F:1F40 0 0A\n"),
              IsEmpty());
}

TEST(Refusal, NamesLoopbackAsTheReason) {
  EXPECT_EQ(explain_refusal(parse_listeners(kTable), 8000),
            "the app listens on 127.0.0.1:8000 only; listen on 0.0.0.0");
  EXPECT_EQ(explain_refusal(parse_listeners(kTable6), 8081),
            "the app listens on [::1]:8081 only; listen on 0.0.0.0");
}

TEST(Refusal, NamesAnotherPort) {
  EXPECT_EQ(explain_refusal(parse_listeners(kTable), 3000),
            "the app listens on port 5000, not on $PORT (3000)");
  EXPECT_EQ(explain_refusal({{{"127.0.0.1", 5000, true}}}, 3000),
            "the app listens on 127.0.0.1:5000, not on 0.0.0.0 and $PORT (3000)");
}

TEST(Refusal, SaysThatNothingListens) {
  const std::string nothing = "nothing listens on port 8000; the app must listen on $PORT";
  EXPECT_EQ(explain_refusal(std::nullopt, 9999, PortOf::Check),
            "nothing listens on port 9999, which the check asks");
  EXPECT_EQ(explain_refusal({{{"0.0.0.0", 8000, false}}}, 9999, PortOf::Check),
            "the app listens on port 8000, not on port 9999, which the check asks");
  EXPECT_EQ(explain_refusal(std::nullopt, 8000), nothing);
  EXPECT_EQ(explain_refusal({{{"127.0.0.11", 40000, true}}}, 8000), nothing);
}

TEST(StatusLine, IsReadOnceItIsWhole) {
  EXPECT_EQ(parse_status_line(""), std::nullopt);
  EXPECT_EQ(parse_status_line("HTTP/1.1 20"), std::nullopt);
  EXPECT_EQ(parse_status_line("HTTP/1.1 200 OK\r\nServer: x\r\n"), 200);
  EXPECT_EQ(parse_status_line("HTTP/1.0 404\n"), 404);
}

TEST(StatusLine, OfAnotherProtocolIsNone) {
  for (const char* text : {"SSH-2.0-x\r\n", "HTTP/2 200\r\n", "HTTP/1.1 2x0 OK\r\n",
                           "HTTP/1.1 2000 OK\r\n", "HTTP/1.1\r\n", "HTTP/1.x 200\r\n", "\n"}) {
    EXPECT_EQ(parse_status_line(text), 0) << text;
  }
  EXPECT_EQ(parse_status_line("HTTP/1.1 " + std::string(5000, '2')), 0);
}

}  // namespace
}  // namespace minpaas::hooks
