#include "sshd/source_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace minpaas::sshd {
namespace {

template <typename Address>
Address as(const sockaddr_storage& peer) {
  Address address{};
  std::memcpy(&address, &peer, sizeof address);
  return address;
}

}  // namespace

SourceAddress::SourceAddress(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET) {
    const auto v4 = as<sockaddr_in>(peer);
    prefix_[0] = 4;
    std::memcpy(&prefix_[1], &v4.sin_addr, 4);
    loopback_ = prefix_[1] == 127;
    return;
  }
  if (peer.ss_family != AF_INET6) {
    return;
  }
  const in6_addr v6 = as<sockaddr_in6>(peer).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    prefix_[0] = 4;
    std::copy_n(&v6.s6_addr[12], 4, &prefix_[1]);
    loopback_ = prefix_[1] == 127;
    return;
  }
  prefix_[0] = 6;
  std::copy_n(&v6.s6_addr[0], 8, &prefix_[1]);
  loopback_ = IN6_IS_ADDR_LOOPBACK(&v6) != 0;
}

std::string format_peer(const sockaddr_storage& peer) {
  char text[INET6_ADDRSTRLEN] = "?";
  if (peer.ss_family == AF_INET) {
    const auto v4 = as<sockaddr_in>(peer);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return fmt::format("{}:{}", text, ntohs(v4.sin_port));
  }
  if (peer.ss_family == AF_INET6) {
    const auto v6 = as<sockaddr_in6>(peer);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return fmt::format("[{}]:{}", text, ntohs(v6.sin6_port));
  }
  return "unknown";
}

}  // namespace minpaas::sshd
