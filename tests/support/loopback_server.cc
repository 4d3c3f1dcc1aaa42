#include "tests/support/loopback_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>
#include <vector>

namespace minpaas::test {
namespace {

/// A peer that says nothing for this long is given up.
constexpr int kPatienceMs = 5000;
constexpr int kLookForStopMs = 20;

}  // namespace

std::string LoopbackServer::http(int status) {
  return fmt::format("HTTP/1.1 {} Said\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
                     status);
}

LoopbackServer::LoopbackServer(const std::string& answer, const std::string& address, int port,
                               Manner manner)
    : answer_(answer),
      manner_(manner),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(static_cast<std::uint16_t>(port));
  const int on = 1;
  ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  socklen_t length = sizeof(name);
  auto* raw = reinterpret_cast<sockaddr*>(&name);
  if (inet_pton(AF_INET, address.c_str(), &name.sin_addr) != 1 ||
      ::bind(listener_.get(), raw, length) != 0 || ::listen(listener_.get(), 64) != 0 ||
      ::getsockname(listener_.get(), raw, &length) != 0) {
    throw std::runtime_error(fmt::format("cannot listen on {}:{}", address, port));
  }
  port_ = ntohs(name.sin_port);
  thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
}

LoopbackServer::~LoopbackServer() {
  thread_.request_stop();
  thread_.join();
}

void LoopbackServer::serve(const std::stop_token& stop) {
  // Connections of a silent server stay open to its end.
  std::vector<Fd> held;
  while (!stop.stop_requested()) {
    pollfd entry{listener_.get(), POLLIN, 0};
    if (::poll(&entry, 1, kLookForStopMs) <= 0) {
      continue;
    }
    Fd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection) {
      continue;
    }
    ++connections_;
    if (manner_ == Manner::Silent) {
      held.push_back(std::move(connection));
    } else {
      treat(connection.get());
    }
  }
}

std::string LoopbackServer::received() const {
  return received_.with([](const std::string& text) { return text; });
}

void LoopbackServer::treat(int connection) {
  if (manner_ == Manner::Close) {
    return;
  }
  std::string request;
  std::array<char, 1024> buffer{};
  while (request.find("\r\n\r\n") == std::string::npos) {
    pollfd entry{connection, POLLIN, 0};
    if (::poll(&entry, 1, kPatienceMs) <= 0) {
      return;
    }
    const auto got = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (got <= 0) {
      return;
    }
    request.append(buffer.data(), static_cast<std::size_t>(got));
  }
  received_.update([&](std::string& text) { text = request; });
  static_cast<void>(::send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL));
}

}  // namespace minpaas::test
