// The HTTP API over real sockets: what httplib, deadlines, limits and a peer that leaves make of
// it.
#include "http/server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>

#include "core/base/fd.h"
#include "core/base/log.h"
#include "tests/support/fake_metrics.h"
#include "tests/support/fake_platform.h"
#include "tests/support/fake_request_keys.h"

namespace minpaas::http {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// A peer that sends bytes as it likes. Every wait has an end.
class Peer {
 public:
  explicit Peer(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{20, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    connected_ =
        ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }

  bool send(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Until it has `part`, or to the end.
  std::string read_until(std::string_view part) {
    std::array<char, 4096> buffer{};
    while (got_.find(part) == std::string::npos || part.empty()) {
      const auto count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (count <= 0) {
        break;
      }
      got_.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return got_;
  }

  std::string read_all() { return read_until(""); }

  void close() { socket_.reset(); }

  [[nodiscard]] bool connected() const { return connected_; }

 private:
  Fd socket_;
  bool connected_ = false;
  std::string got_;
};

class HttpServer : public testing::Test {
 protected:
  HttpServer() {
    log::set_level(log::Level::Error);
    platform_.deploy("blog", *Oid::parse(std::string(Oid::kHexCharacters, '1')));
    platform_.add_log("blog", {ProcessType::web(), 1, clock_.now(), "it runs"});
    static_cast<void>(platform_.tokens().create(
        Actor{.user_id = 1, .name = "ada", .role = Role::Admin, .key_fingerprint = "", .from = ""},
        {"t", {}, {}}));
    settings_.listen = {{"127.0.0.1", 0}};
  }

  void start() {
    server_ = Server::create(settings_, backend_).value();
    server_->start();
  }

  int port() { return server_->ports().at(0); }

  static std::string head(const std::string& line, const std::string& more = "") {
    return fmt::format("{} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer secret-t\r\n{}",
                       line, more);
  }

  std::string ask(const std::string& request) {
    Peer peer(port());
    peer.send(request);
    return peer.read_all();
  }

  std::string get(const std::string& target) {
    return ask(head("GET " + target, "Connection: close\r\n\r\n"));
  }

  static std::string post(const std::string& target, const std::string& body,
                          const std::string& more = "Connection: close\r\n") {
    return head("POST " + target, fmt::format("Content-Type: application/json\r\nContent-Length: "
                                              "{}\r\n{}\r\n{}",
                                              body.size(), more, body));
  }

  RealClock clock_;
  test::FakePlatform platform_{clock_};
  test::FakeRequestKeys request_keys_;
  test::FakeMetrics metrics_;
  Backend backend_{platform_, platform_.tokens(), request_keys_, metrics_, clock_};
  config::HttpSettings settings_;
  std::unique_ptr<Server> server_;
};

TEST_F(HttpServer, AnswersWithAnIdOfTheRequest) {
  start();
  const std::string mine =
      ask(head("GET /healthz", "X-Request-Id: abc-1\r\nConnection: close\r\n\r\n"));
  EXPECT_THAT(mine, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(mine, HasSubstr("X-Request-Id: abc-1\r\n"));
  EXPECT_THAT(mine, HasSubstr("{\"status\":\"ok\"}"));
  EXPECT_THAT(mine, Not(HasSubstr("Access-Control")));
  const std::string bad =
      ask(head("GET /healthz", "X-Request-Id: a b<script>\r\nConnection: close\r\n\r\n"));
  EXPECT_THAT(bad, HasSubstr("X-Request-Id: "));
  EXPECT_THAT(bad, Not(HasSubstr("script")));
}

TEST_F(HttpServer, AnswersWholeWhateverRangeIsAskedFor) {
  start();
  for (const char* range : {"bytes=0-9", "bytes=0-9,20-25", "bytes=100000-", "zzz"}) {
    const std::string got =
        ask(head("GET /version", fmt::format("Range: {}\r\nConnection: close\r\n\r\n", range)));
    EXPECT_THAT(got, StartsWith("HTTP/1.1 200 OK\r\n")) << range;
    EXPECT_THAT(got, HasSubstr("Content-Type: application/json")) << range;
    EXPECT_THAT(got, testing::EndsWith("}\n")) << range;
  }
  EXPECT_THAT(
      ask(post("/apps", R"({"name":"shop"})", "Range: bytes=100000-\r\nConnection: close\r\n")),
      testing::AllOf(StartsWith("HTTP/1.1 201 Created\r\n"), HasSubstr("\"shop\"")));
  EXPECT_THAT(ask(head("HEAD /version", "Connection: close\r\n\r\n")),
              Not(HasSubstr("Accept-Ranges: bytes")));
}

TEST_F(HttpServer, TakesNoFormForJson) {
  start();
  const std::string form =
      "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n";
  const std::string sent =
      head("POST /apps/blog/lock",
           fmt::format("Content-Type: multipart/form-data; boundary=x\r\nContent-Length: "
                       "{}\r\nConnection: close\r\n\r\n{}",
                       form.size(), form));
  EXPECT_THAT(ask(sent), testing::AllOf(StartsWith("HTTP/1.1 415"), HasSubstr("said to be JSON")));
  EXPECT_THAT(get("/apps/blog"), HasSubstr("\"locked_by\": null"));
}

TEST_F(HttpServer, TakesRequestsOneAfterAnotherOnAConnection) {
  start();
  Peer peer(port());
  peer.send(head("GET /version", "\r\n"));
  EXPECT_THAT(peer.read_until("\"version\""), StartsWith("HTTP/1.1 200"));
  peer.send(post("/apps", R"({"name":"shop"})", ""));
  EXPECT_THAT(peer.read_until("201 Created"), HasSubstr("201"));
  peer.send(head("GET /nothing", "\r\n"));
  EXPECT_THAT(peer.read_until("404"), HasSubstr("404"));
  peer.send(head("GET /apps/shop", "Connection: close\r\n\r\n"));
  EXPECT_THAT(peer.read_all(), HasSubstr("\"shop\""));
}

TEST_F(HttpServer, RefusesABodyOfTenMegabytesAndSaysSo) {
  start();
  const std::string answer = ask(post("/apps", std::string(10 << 20, 'x')));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(answer, HasSubstr("application/problem+json"));
  EXPECT_THAT(ask(head("POST /apps", "Content-Length: 10485760\r\nExpect: 100-continue\r\n\r\n")),
              HasSubstr("413"));
}

TEST_F(HttpServer, RefusesRequestsThatTwoProgramsReadInTwoWays) {
  start();
  for (const char* more :
       {"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "Host: other\r\n\r\n",
        "X: a\nInjected: b\r\n\r\n", "Bad Header: b\r\n\r\n"}) {
    EXPECT_THAT(ask(head("GET /healthz", more)), StartsWith("HTTP/1.1 400")) << more;
  }
  EXPECT_THAT(ask(head("POST /apps", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")),
              StartsWith("HTTP/1.1 411"));
  EXPECT_THAT(ask(head("GET /healthz", "X: " + std::string(40'000, 'a') + "\r\n\r\n")),
              StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(ask("NONSENSE\r\n\r\n"), HasSubstr(" 400 "));
  EXPECT_THAT(ask(head("GET /healthz", "Content-Length: 5\r\n\r\nhello")), HasSubstr(" 400 "));
}

TEST_F(HttpServer, RefusesTraversalAndInjectionInNames) {
  start();
  for (const char* target :
       {"/apps/../keys", "/apps/..%2fkeys", "/apps/%2e%2e", "/apps/a%0d%0aX:y"}) {
    const std::string answer = get(target);
    EXPECT_THAT(answer, HasSubstr(" 400 ")) << target;
    EXPECT_THAT(answer, Not(HasSubstr("\r\nX:"))) << target;
  }
}

TEST_F(HttpServer, StreamsUntilThePeerLeavesAndThenHasItsPlaceAgain) {
  settings_.max_streams = 1;
  start();
  Peer peer(port());
  peer.send(head("GET /apps/blog/logs?follow=1", "\r\n"));
  const std::string begun = peer.read_until("it runs");
  EXPECT_THAT(begun, HasSubstr("Content-Type: text/event-stream"));
  EXPECT_THAT(begun, HasSubstr("event: line\n"));
  EXPECT_THAT(get("/apps/blog/logs?follow=1"), StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(get("/version"), StartsWith("HTTP/1.1 200"));
  peer.close();
  bool free = false;
  for (int i = 0; i < 1000 && !free; ++i) {
    Peer next(port());
    next.send(head("GET /apps/blog/logs?follow=1", "\r\n"));
    free = next.read_until("\r\n").find(" 200 ") != std::string::npos;
  }
  EXPECT_TRUE(free);
}

TEST_F(HttpServer, EndsAStreamWhoseTokenNoLongerHolds) {
  start();
  Peer peer(port());
  peer.send(head("GET /apps/blog/logs?follow=1", "\r\n"));
  ASSERT_THAT(peer.read_until("it runs"), HasSubstr("it runs"));
  platform_.standing_of_all().lose("the token t was revoked");
  const std::string whole = peer.read_all();
  EXPECT_THAT(whole, HasSubstr("event: problem\n"));
  EXPECT_THAT(whole, HasSubstr("the token t was revoked"));
  EXPECT_THAT(whole, testing::EndsWith("0\r\n\r\n"));
}

TEST_F(HttpServer, TakesABurstOfConnections) {
  settings_.max_connections = 300;
  start();
  constexpr int kBurst = 200;
  const auto begin = std::chrono::steady_clock::now();
  std::vector<Fd> sockets;
  for (int i = 0; i < kBurst; ++i) {
    sockets.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port()));
    ::connect(sockets.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  for (const Fd& socket : sockets) {
    pollfd entry{socket.get(), POLLOUT, 0};
    ASSERT_EQ(::poll(&entry, 1, 20'000), 1);
    ASSERT_EQ(entry.revents & (POLLERR | POLLHUP), 0);
  }
  // One that the backlog dropped comes again after a second.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(900));
}

TEST_F(HttpServer, BeginsAStreamThatHasNothingToSayYet) {
  platform_.deploy("quiet", *Oid::parse(std::string(Oid::kHexCharacters, '2')));
  start();
  Peer peer(port());
  peer.send(head("GET /apps/quiet/logs?follow=1", "\r\n"));
  EXPECT_THAT(peer.read_until("\r\n\r\n"), HasSubstr("Content-Type: text/event-stream"));
}

TEST_F(HttpServer, EndsStreamsWithTheirLastEvent) {
  start();
  const std::string whole = ask(
      head("POST /apps/blog/ps/restart", "Accept: text/event-stream\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_THAT(whole, HasSubstr("event: progress\n"));
  EXPECT_THAT(whole, HasSubstr("event: outcome\n"));
  EXPECT_THAT(whole, testing::EndsWith("0\r\n\r\n"));
}

TEST_F(HttpServer, ManyStreamsLeaveShortRequestsAlone) {
  start();
  std::vector<std::unique_ptr<Peer>> followers;
  for (int i = 0; i < 100; ++i) {
    followers.push_back(std::make_unique<Peer>(port()));
    followers.back()->send(head("GET /apps/blog/logs?follow=1", "\r\n"));
    ASSERT_THAT(followers.back()->read_until("it runs"), HasSubstr("it runs")) << i;
  }
  EXPECT_THAT(get("/version"), StartsWith("HTTP/1.1 200"));
}

TEST_F(HttpServer, TurnsAwayConnectionsBeyondTheLimit) {
  settings_.max_connections = 2;
  start();
  Peer first(port());
  Peer second(port());
  for (Peer* peer : {&first, &second}) {
    peer->send(head("GET /apps/blog/logs?follow=1", "\r\n"));
    ASSERT_THAT(peer->read_until("it runs"), HasSubstr("it runs"));
  }
  EXPECT_THAT(get("/healthz"), StartsWith("HTTP/1.1 503"));
}

TEST_F(HttpServer, ServesWhoHasARequestBesideAnyNumberWhoHaveNone) {
  settings_.max_connections = 16;
  start();
  std::vector<std::unique_ptr<Peer>> idlers;
  for (int i = 0; i < 60; ++i) {
    idlers.push_back(std::make_unique<Peer>(port()));
    idlers.back()->send("GET /version HTTP/1.1\r\nHost: x\r\nX-Slow");
    if (i % 10 == 0) {
      EXPECT_THAT(get("/version"), StartsWith("HTTP/1.1 200")) << i;
    }
  }
}

TEST_F(HttpServer, ServesWhoHasARequestBesideAnyNumberWhoSendTheirBodySlowly) {
  settings_.max_connections = 16;
  start();
  std::vector<std::unique_ptr<Peer>> slow;
  for (int i = 0; i < 60; ++i) {
    slow.push_back(std::make_unique<Peer>(port()));
    slow.back()->send(
        head("POST /apps", "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"));
    if (i % 10 == 0) {
      EXPECT_THAT(get("/version"), StartsWith("HTTP/1.1 200")) << i;
    }
  }
}

TEST_F(HttpServer, StopsWithOpenStreamsAndIdleConnections) {
  start();
  Peer idle(port());
  idle.send(head("GET /healthz", "\r\n"));
  ASSERT_THAT(idle.read_until("ok"), HasSubstr(" 200 "));
  Peer stream(port());
  stream.send(head("GET /apps/blog/logs?follow=1", "\r\n"));
  ASSERT_THAT(stream.read_until("it runs"), HasSubstr("it runs"));
  const int was = port();
  server_->stop();
  stream.read_all();
  EXPECT_FALSE(Peer(was).connected());
}

TEST_F(HttpServer, SaysWhenAnAddressIsTaken) {
  start();
  config::HttpSettings same;
  same.listen = {{"127.0.0.1", port()}};
  const auto second = Server::create(same, backend_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::Conflict);
}

}  // namespace
}  // namespace minpaas::http
