#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/base/fd.h"

namespace minpaas::test {

/// A TCP connection to a port of 127.0.0.1 that speaks no SSH.
class RawConnection {
 public:
  explicit RawConnection(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<in_port_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot connect");
    }
  }

  void send(std::string_view bytes) const {
    static_cast<void>(!::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }

  /// Reads up to the first line end. Empty when the connection is closed before, or at the limit.
  std::string read_line(std::chrono::seconds limit = std::chrono::seconds(30)) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (received_.find('\n') == std::string::npos) {
      if (!receive(deadline)) {
        return "";
      }
    }
    return received_.substr(0, received_.find('\n') + 1);
  }

  /// Reads until the server closes. False when it has not at the limit.
  bool is_closed_within(std::chrono::seconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (receive(deadline)) {
    }
    return std::chrono::steady_clock::now() < deadline;
  }

 private:
  bool receive(std::chrono::steady_clock::time_point deadline) {
    while (std::chrono::steady_clock::now() < deadline) {
      pollfd polled{fd_.get(), POLLIN, 0};
      if (::poll(&polled, 1, 50) <= 0) {
        continue;
      }
      char block[4096];
      const ssize_t got = ::recv(fd_.get(), block, sizeof block, 0);
      received_.append(block, got > 0 ? static_cast<std::size_t>(got) : 0);
      return got > 0;
    }
    return false;
  }

  Fd fd_;
  std::string received_;
};

}  // namespace minpaas::test
