#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <stdexcept>

#include "sshd/source_address.h"
#include "tests/support/hand_clock.h"

namespace minpaas::test {

/// The source of a peer with this IPv4 or IPv6 address.
inline sshd::SourceAddress address(const char* text) {
  sockaddr_storage storage{};
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    std::memcpy(&storage, &v4, sizeof v4);
  } else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    std::memcpy(&storage, &v6, sizeof v6);
  } else {
    throw std::invalid_argument(text);
  }
  return sshd::SourceAddress(storage);
}

/// A different IPv4 source for every number.
inline sshd::SourceAddress numbered_address(std::size_t number) {
  sockaddr_storage storage{};
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(static_cast<std::uint32_t>(0x0A000000U + number));
  std::memcpy(&storage, &v4, sizeof v4);
  return sshd::SourceAddress(storage);
}

}  // namespace minpaas::test
