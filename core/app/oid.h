#pragma once

#include <array>
#include <compare>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas {

/// A git object id (SHA-1). All zeros is "no object", as in a ref update command.
class Oid {
 public:
  static constexpr std::size_t kRawBytes = 20;
  static constexpr std::size_t kHexCharacters = 40;

  Oid() = default;

  explicit Oid(const std::array<unsigned char, kRawBytes>& raw) : raw_(raw) {}

  /// Exactly 40 hexadecimal characters. Errors: InvalidInput.
  static Result<Oid> parse(std::string_view hex);

  [[nodiscard]] bool is_zero() const { return *this == Oid(); }

  [[nodiscard]] std::string hex() const;

  /// The first seven characters, as git shows them.
  [[nodiscard]] std::string short_hex() const { return hex().substr(0, 7); }

  [[nodiscard]] const std::array<unsigned char, kRawBytes>& raw() const { return raw_; }

  auto operator<=>(const Oid&) const = default;

 private:
  std::array<unsigned char, kRawBytes> raw_{};
};

}  // namespace minpaas
