#include "hooks/containers/port_probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "core/base/fd.h"

namespace minpaas::hooks {
namespace {

bool can_bind(int family, const void* address, socklen_t length) {
  const Fd socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) {
    return false;
  }
  // As the engine's port publication: connections in TIME_WAIT do not count as a listener.
  const int on = 1;
  static_cast<void>(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
  return ::bind(socket.get(), static_cast<const sockaddr*>(address), length) == 0 &&
         ::listen(socket.get(), 1) == 0;
}

}  // namespace

bool port_is_free(const std::string& address, int port) {
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<std::uint16_t>(port));
    return can_bind(AF_INET, &v4, sizeof v4);
  }
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(static_cast<std::uint16_t>(port));
    return can_bind(AF_INET6, &v6, sizeof v6);
  }
  return false;
}

Result<int> free_loopback_port() {
  const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (!socket || ::bind(socket.get(), any, size) != 0 ||
      ::getsockname(socket.get(), any, &size) != 0) {
    return Error{ErrorCode::Unavailable, "no port is free", "", std::strerror(errno)};
  }
  return ntohs(address.sin_port);
}

}  // namespace minpaas::hooks
