#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas {

/// A network of addresses (CIDR, RFC 4632 and RFC 4291 section 2.3): `192.0.2.0/24`,
/// `2001:db8::/32`, or one address.
class AddressRange {
 public:
  /// Bits behind the prefix are zero. Errors: InvalidInput.
  static Result<AddressRange> parse(std::string_view text);

  /// `peer` is an address, with its port or without; IPv4 in IPv6 (`::ffff:192.0.2.1`) counts as
  /// IPv4. What is no address is in no range.
  [[nodiscard]] bool contains(std::string_view peer) const;
  [[nodiscard]] std::string str() const;

  bool operator==(const AddressRange&) const = default;

 private:
  AddressRange() = default;

  /// As IPv6, IPv4 mapped into it.
  std::array<unsigned char, 16> address_{};
  int prefix_bits_ = 0;
};

}  // namespace minpaas
