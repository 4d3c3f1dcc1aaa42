#include "core/app/address_range.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/text.h"

namespace minpaas {
namespace {

using Bytes = std::array<unsigned char, 16>;

constexpr int kV4Offset = 96;
constexpr Bytes kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_v4(const Bytes& address) {
  return std::equal(kV4Prefix.begin(), kV4Prefix.begin() + kV4Offset / 8, address.begin());
}

std::optional<Bytes> parse_address(std::string_view text) {
  const std::string word(text);
  Bytes bytes = kV4Prefix;
  if (::inet_pton(AF_INET, word.c_str(), &bytes[kV4Offset / 8]) == 1) {
    return bytes;
  }
  return ::inet_pton(AF_INET6, word.c_str(), bytes.data()) == 1 ? std::optional(bytes)
                                                                : std::nullopt;
}

/// `[2001:db8::1]:22` and `192.0.2.1:22` without the port.
std::string_view without_port(std::string_view peer) {
  if (peer.starts_with('[')) {
    return peer.substr(1, peer.find(']') - 1);
  }
  return std::ranges::count(peer, ':') == 1 ? peer.substr(0, peer.find(':')) : peer;
}

Bytes cut(Bytes address, int bits) {
  for (int bit = bits; bit < 128; ++bit) {
    auto& byte = address[static_cast<std::size_t>(bit / 8)];
    byte = static_cast<unsigned char>(byte & ~(0x80 >> (bit % 8)));
  }
  return address;
}

Error no_range(std::string_view text) {
  return {ErrorCode::InvalidInput,
          fmt::format("'{}' is no range of addresses", escape_controls(text)),
          "write it as 192.0.2.0/24, 2001:db8::/32, or one address", ""};
}

}  // namespace

Result<AddressRange> AddressRange::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) {
    return no_range(text);
  }
  const int offset = is_v4(*address) && text.find(':') == std::string_view::npos ? kV4Offset : 0;
  AddressRange range;
  range.prefix_bits_ = 128;
  if (slash != std::string_view::npos) {
    const auto bits = parse_number(text.substr(slash + 1), "", 0, 128 - offset);
    if (!bits) {
      return no_range(text);
    }
    range.prefix_bits_ = static_cast<int>(*bits) + offset;
  }
  range.address_ = cut(*address, range.prefix_bits_);
  if (range.address_ != *address) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("'{}' has bits behind its prefix", escape_controls(text)),
                 fmt::format("write it as {}", range.str()), ""};
  }
  return range;
}

bool AddressRange::contains(std::string_view peer) const {
  const auto address = parse_address(without_port(peer));
  return address && cut(*address, prefix_bits_) == address_;
}

std::string AddressRange::str() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = is_v4(address_) && prefix_bits_ >= kV4Offset;
  const int offset = v4 ? kV4Offset : 0;
  ::inet_ntop(v4 ? AF_INET : AF_INET6, &address_[static_cast<std::size_t>(offset / 8)], text.data(),
              text.size());
  return prefix_bits_ == 128 ? text.data()
                             : fmt::format("{}/{}", text.data(), prefix_bits_ - offset);
}

}  // namespace minpaas
