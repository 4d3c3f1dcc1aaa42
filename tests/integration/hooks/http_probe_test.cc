#include "hooks/checks/http_probe.h"

#include <gmock/gmock.h>

#include "tests/support/loopback_server.h"

namespace minpaas::hooks {
namespace {

TEST(HttpProbe, DoesNotReadAnAnswerWithoutEnd) {
  constexpr std::size_t kEndless = 64 << 20;
  const test::LoopbackServer server("HTTP/1.1 200 OK\r\n\r\n" + std::string(kEndless, 'x'));
  HttpProbe probe;
  const auto now = [] { return std::chrono::steady_clock::now(); };
  probe.start("127.0.0.1", server.port(), now());
  int looks = 0;
  while (probe.busy()) {
    pollfd entry = probe.poll_entry();
    ::poll(&entry, 1, 1000);
    probe.advance(entry.revents, now());
    ++looks;
  }
  EXPECT_EQ(probe.outcome(), HttpProbe::Outcome::Answered);
  EXPECT_EQ(probe.status(), 200);
  // Of an answer that was read to its end there would be some 4096.
  EXPECT_LT(looks, 1000);
}

}  // namespace
}  // namespace minpaas::hooks
