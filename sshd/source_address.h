#pragma once

#include <array>
#include <compare>
#include <string>

struct sockaddr_storage;

namespace minpaas::sshd {

/// The part of a peer's address that one person is likely to own: an IPv4 address, or the /64 of an
/// IPv6 one. IPv4-mapped IPv6 addresses count as IPv4.
class SourceAddress {
 public:
  SourceAddress() = default;
  explicit SourceAddress(const sockaddr_storage& peer);

  /// 127.0.0.0/8 and ::1: whoever comes from there is on this machine.
  [[nodiscard]] bool is_loopback() const { return loopback_; }

  auto operator<=>(const SourceAddress& other) const { return prefix_ <=> other.prefix_; }

  bool operator==(const SourceAddress& other) const { return prefix_ == other.prefix_; }

 private:
  /// Family, then the bytes that count.
  std::array<unsigned char, 9> prefix_{};
  bool loopback_ = false;
};

/// `192.0.2.7:40022` or `[2001:db8::1]:40022`, for the log.
std::string format_peer(const sockaddr_storage& peer);

}  // namespace minpaas::sshd
