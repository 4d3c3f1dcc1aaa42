#include "tests/support/haproxy_bed.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace minpaas::router {
namespace {

Fd connect_to(int port) {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const int connected =
      ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
  return connected == 0 ? std::move(socket) : Fd();
}

/// Until the end of the connection at the latest.
std::string read_until(const Fd& socket, const std::function<bool(const std::string&)>& is_whole) {
  std::string answer;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0;
       !is_whole(answer) && (count = ::read(socket.get(), buffer.data(), buffer.size())) > 0;) {
    answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return answer;
}

}  // namespace

Fd listen_on_any_port() {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
  ::listen(socket.get(), 1);
  return socket;
}

int port_of(const Fd& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

std::string ask(int port, const std::string& request) {
  const Fd socket = connect_to(port);
  ::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL);
  return read_until(socket, [](const std::string&) { return false; });
}

Fd connect_to(const std::filesystem::path& unix_socket) {
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  unix_socket.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
  const int connected =
      ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
  return connected == 0 ? std::move(socket) : Fd();
}

KeptConnection::KeptConnection(int port) : socket_(connect_to(port)) {}

std::string KeptConnection::get() {
  const std::string request = "GET / HTTP/1.1\r\nHost: any\r\n\r\n";
  ::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL);
  return read_until(socket_, [](const std::string& answer) {
    constexpr std::string_view kLength = "content-length: ";
    constexpr std::string_view kEnd = "\r\n\r\n";
    std::string lower = answer;
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
    const auto length = lower.find(kLength);
    const auto end = answer.find(kEnd);
    return length < end && end != std::string::npos &&
           answer.size() >= end + kEnd.size() + std::stoul(answer.substr(length + kLength.size()));
  });
}

std::string get(int port, const std::string& host, const std::string& path) {
  return ask(port, "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
}

}  // namespace minpaas::router
