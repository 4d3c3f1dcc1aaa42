#include "core/router/haproxy_ports.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "core/base/fd.h"
#include "core/base/text.h"

namespace minpaas::router {
namespace {

constexpr milliseconds kLookAgain{20};

}  // namespace

std::string trouble_with(const ListenOn& listen) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(listen.address.c_str(), std::to_string(listen.port).c_str(), &hints, &found) !=
      0) {
    return fmt::format("cannot be had: {} is no address", listen.address);
  }
  const Fd socket(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const bool bound = ::bind(socket.get(), found->ai_addr, found->ai_addrlen) == 0 &&
                     ::listen(socket.get(), 1) == 0;
  const int error = errno;
  ::freeaddrinfo(found);
  if (bound) {
    return "";
  }
  switch (error) {
    case EACCES:
      return "takes root, or the capability CAP_NET_BIND_SERVICE";
    case EADDRNOTAVAIL:
      return fmt::format("cannot be had: {} is no address of this machine", listen.address);
    default:
      return "is taken by another program";
  }
}

std::set<int> bound_ports_in(std::string_view config) {
  std::set<int> ports;
  for (const std::string_view line : split(config, '\n')) {
    const auto words = split(trim(line), ' ');
    if (words.size() > 1 && words.front() == "bind") {
      const auto colon = words[1].rfind(':');
      const auto port = parse_number(words[1].substr(colon + 1), "port", 1, 65535);
      if (port) {
        ports.insert(static_cast<int>(*port));
      }
    }
  }
  return ports;
}

void await_free(const std::string& address, const std::set<int>& ports, milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto taken = [&](int port) { return !trouble_with({address, port}).empty(); };
  while (std::ranges::any_of(ports, taken) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kLookAgain);
  }
}

}  // namespace minpaas::router
