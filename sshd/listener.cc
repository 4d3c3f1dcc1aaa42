#include "sshd/listener.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <cstring>

namespace minpaas::sshd {
namespace {

constexpr int kBacklog = 128;

bool set_option(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

/// Fills `storage` and returns its length; 0 when the text is no address.
socklen_t parse_address(const config::ListenAddress& address, sockaddr_storage& storage) {
  sockaddr_in v4{};
  if (inet_pton(AF_INET, address.address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<in_port_t>(address.port));
    std::memcpy(&storage, &v4, sizeof v4);
    return sizeof v4;
  }
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET6, address.address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(static_cast<in_port_t>(address.port));
    std::memcpy(&storage, &v6, sizeof v6);
    return sizeof v6;
  }
  return 0;
}

Error listen_error(const config::ListenAddress& address, int error_number) {
  const bool denied = error_number == EACCES || error_number == EPERM;
  return {denied ? ErrorCode::PermissionDenied : ErrorCode::Unavailable,
          fmt::format("cannot listen for SSH on {} port {}: {}", address.address, address.port,
                      std::strerror(error_number)),
          error_number == EADDRINUSE ? "stop what listens there, or change [ssh] listen"
                                     : "change [ssh] listen",
          ""};
}

int bound_port(int fd) {
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &length);
  in_port_t port = 0;
  // sin_port and sin6_port are at the same place.
  std::memcpy(&port, reinterpret_cast<const char*>(&bound) + offsetof(sockaddr_in, sin_port),
              sizeof port);
  return ntohs(port);
}

/// A vanished peer is noticed after 2 minutes, whether or not there is something to send.
void set_connection_options(int fd) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 15);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 4);
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 120'000);
}

}  // namespace

Result<Listener> Listener::open(const config::ListenAddress& address) {
  sockaddr_storage storage{};
  const socklen_t length = parse_address(address, storage);
  if (length == 0 || address.port < 0 || address.port > 65535) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("'{}' port {} is no address to listen on for SSH", address.address,
                             address.port),
                 "write [ssh] listen as 0.0.0.0:2222 or [::]:2222", ""};
  }
  Fd fd(::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) {
    return listen_error(address, errno);
  }
  set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (storage.ss_family == AF_INET6) {
    set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  }
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&storage), length) != 0 ||
      ::listen(fd.get(), kBacklog) != 0) {
    return listen_error(address, errno);
  }
  const int port = bound_port(fd.get());
  return Listener(std::move(fd), port);
}

Result<std::optional<Accepted>> Listener::accept() const {
  Accepted accepted;
  socklen_t length = sizeof accepted.peer;
  accepted.fd = Fd(::accept4(fd_.get(), reinterpret_cast<sockaddr*>(&accepted.peer), &length,
                             SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (accepted.fd) {
    set_connection_options(accepted.fd.get());
    return std::optional(std::move(accepted));
  }
  if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
    return Error{ErrorCode::Busy, "no descriptor is free for another SSH connection", "",
                 std::strerror(errno)};
  }
  // EAGAIN, or the peer has left the queue already.
  return std::optional<Accepted>();
}

void acknowledge_quickly(int fd) {
  set_option(fd, IPPROTO_TCP, TCP_QUICKACK, 1);
}

}  // namespace minpaas::sshd
