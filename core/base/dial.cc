#include "core/base/dial.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/handle.h"

namespace minpaas {
namespace {

using AddressList = Handle<addrinfo, ::freeaddrinfo>;

/// A stop is noticed within this.
constexpr milliseconds kLook{200};

struct Network {
  std::uint32_t address;
  int bits;
};

constexpr std::uint32_t ip(unsigned a, unsigned b, unsigned c, unsigned d) {
  return a << 24 | b << 16 | c << 8 | d;
}

/// What is not of the public internet: this network, private ones, carriers' NAT, loopback,
/// link-local (with the clouds' metadata), protocol assignments, documentation, benchmarks,
/// multicast and reserved.
constexpr std::array kSpecial{
    Network{ip(0, 0, 0, 0), 8},      Network{ip(10, 0, 0, 0), 8},
    Network{ip(100, 64, 0, 0), 10},  Network{ip(127, 0, 0, 0), 8},
    Network{ip(169, 254, 0, 0), 16}, Network{ip(172, 16, 0, 0), 12},
    Network{ip(192, 0, 0, 0), 24},   Network{ip(192, 0, 2, 0), 24},
    Network{ip(192, 88, 99, 0), 24}, Network{ip(192, 168, 0, 0), 16},
    Network{ip(198, 18, 0, 0), 15},  Network{ip(198, 51, 100, 0), 24},
    Network{ip(203, 0, 113, 0), 24}, Network{ip(224, 0, 0, 0), 4},
    Network{ip(240, 0, 0, 0), 4},
};

bool is_public_v4(std::uint32_t address) {
  return std::ranges::none_of(kSpecial, [address](const Network& network) {
    const std::uint32_t mask = ~std::uint32_t{0} << (32 - network.bits);
    return (address & mask) == network.address;
  });
}

/// Only 2000::/3 is given to the public, and of it not what stands for an IPv4 address or is for
/// documentation: 2001::/23, 2001:db8::/32, 2002::/16.
bool is_public_v6(const in6_addr& address) {
  const auto* bytes = address.s6_addr;
  const bool is_global = (bytes[0] & 0xe0) == 0x20;
  const bool is_assignment = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 2;
  const bool is_documentation =
      bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0d && bytes[3] == 0xb8;
  const bool is_6to4 = bytes[0] == 0x20 && bytes[1] == 0x02;
  return is_global && !is_assignment && !is_documentation && !is_6to4;
}

Result<Fd> connect_to(const HostAddress& address, SteadyTime deadline,
                      const std::stop_token& stop) {
  Fd socket(::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto* to = reinterpret_cast<const sockaddr*>(&address.bytes);
  int failure = 0;
  if (!socket || ::connect(socket.get(), to, address.size) != 0) {
    failure = errno;
  }
  if (failure == EINPROGRESS) {
    TRY(wait_for(socket.get(), POLLOUT, deadline, stop));
    socklen_t size = sizeof failure;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failure, &size);
  }
  if (failure != 0) {
    return Error{ErrorCode::Unavailable, "", "", std::strerror(failure)};
  }
  return socket;
}

}  // namespace

std::string HostAddress::str() const {
  std::array<char, NI_MAXHOST> text{};
  ::getnameinfo(reinterpret_cast<const sockaddr*>(&bytes), size, text.data(), text.size(), nullptr,
                0, NI_NUMERICHOST);
  return text.data();
}

bool HostAddress::is_public() const {
  if (bytes.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &bytes, sizeof v4);
    return is_public_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (bytes.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &bytes, sizeof v6);
    return is_public_v6(v6.sin6_addr);
  }
  return false;
}

Result<void> wait_for(int fd, short events, SteadyTime deadline, const std::stop_token& stop) {
  for (;;) {
    if (stop.stop_requested()) {
      return Error{ErrorCode::Cancelled, "cancelled", "", ""};
    }
    const auto left =
        std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left <= milliseconds(0)) {
      return Error{ErrorCode::Timeout, "no answer in time", "", ""};
    }
    pollfd one{fd, events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::min(left, kLook).count()));
    if (ready > 0) {
      return {};
    }
  }
}

Result<std::vector<HostAddress>> resolve(const std::string& host, const std::string& port,
                                         Reach reach) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* raw = nullptr;
  if (const int status = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &raw); status != 0) {
    return Error{ErrorCode::NotFound, fmt::format("there is no host {}", host), "look at the URL",
                 ::gai_strerror(status)};
  }
  const AddressList list(raw);
  std::vector<HostAddress> addresses;
  std::string refused;
  for (const addrinfo* one = list.get(); one != nullptr; one = one->ai_next) {
    HostAddress address;
    address.size = one->ai_addrlen;
    std::memcpy(&address.bytes, one->ai_addr, one->ai_addrlen);
    if (reach == Reach::Anywhere || address.is_public()) {
      addresses.push_back(address);
    } else {
      refused = address.str();
    }
  }
  if (addresses.empty()) {
    return Error{
        ErrorCode::PermissionDenied,
        fmt::format("{} is at {}, which is no address of the public internet", host, refused),
        "an administrator can allow such addresses: [sources] allow_private_addresses", ""};
  }
  return addresses;
}

Result<Fd> dial(const std::string& host, const std::string& port, Reach reach, SteadyTime deadline,
                const std::stop_token& stop) {
  std::string why;
  for (const HostAddress& address : TRY(resolve(host, port, reach))) {
    auto connected = connect_to(address, deadline, stop);
    if (connected || connected.error().code == ErrorCode::Cancelled ||
        connected.error().code == ErrorCode::Timeout) {
      return connected;
    }
    why = connected.error().cause;
  }
  return Error{ErrorCode::Unavailable, fmt::format("{} port {} does not answer", host, port), "",
               why};
}

}  // namespace minpaas
