#include "http/connection.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <thread>

#include "core/base/fd.h"

namespace minpaas::http {
namespace {

using std::chrono::milliseconds;

/// A peer that takes its time, before a server with little patience.
class SlowPeer : public testing::Test {
 protected:
  SlowPeer() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), 0);
    server_ = Fd(ends[0]);
    peer_ = Fd(ends[1]);
  }

  void say(std::string_view text) {
    EXPECT_EQ(::send(peer_.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }

  /// A byte now and then, until the server has lost its patience.
  std::jthread drip(char byte) {
    return std::jthread([this, byte](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        ::send(peer_.get(), &byte, 1, MSG_NOSIGNAL);
        std::this_thread::sleep_for(milliseconds(20));
      }
    });
  }

  Fd server_;
  Fd peer_;
  PeerTimes times_{.idle = milliseconds(200),
                   .head = milliseconds(300),
                   .body = milliseconds(300),
                   .write = milliseconds(300)};
};

TEST_F(SlowPeer, ThatSaysNothingIsLeft) {
  Connection connection(server_.get(), times_);
  EXPECT_EQ(connection.wait_for_head(), Head::Closed);
}

TEST_F(SlowPeer, HasADeadlineForTheWholeHead) {
  say("GET / HTTP/1.1\r\nA: ");
  const auto dripping = drip('a');
  Connection connection(server_.get(), times_);
  EXPECT_EQ(connection.wait_for_head(), Head::TooSlow);
}

TEST_F(SlowPeer, HasADeadlineForTheWholeBody) {
  say("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  Connection connection(server_.get(), times_);
  ASSERT_EQ(connection.wait_for_head(), Head::Ready);
  const auto dripping = drip('b');
  std::array<char, 4096> buffer{};
  std::size_t read = 0;
  ssize_t count = 0;
  while ((count = connection.read(buffer.data(), buffer.size())) > 0) {
    read += static_cast<std::size_t>(count);
  }
  EXPECT_LT(read, 1'000'000U);
  EXPECT_TRUE(connection.was_too_slow());
  EXPECT_TRUE(connection.ends()) << "what still comes would be taken for a request";
}

TEST_F(SlowPeer, ThatDoesNotReadLosesItsStream) {
  Connection connection(server_.get(), times_);
  const std::string line(100'000, 'x');
  int sent = 0;
  while (sent < 1000 && connection.send("line", "", line)) {
    ++sent;
  }
  EXPECT_LT(sent, 1000) << "its buffers are not that large";
  EXPECT_FALSE(connection.send("line", "", "more"));
}

}  // namespace
}  // namespace minpaas::http
