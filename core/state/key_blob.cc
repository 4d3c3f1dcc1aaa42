#include "core/state/key_blob.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace minpaas::state {
namespace {

constexpr std::size_t kEd25519Bytes = 32;
constexpr std::size_t kLeastRsaBits = 2048;
constexpr std::size_t kMostRsaBits = 16384;
/// An exponent beyond 64 bits is no key that any program makes, but a way to burn our time.
constexpr std::size_t kMostExponentBits = 64;

enum class Family { Ed25519, Ecdsa, Rsa };
enum class Holder { File, SecurityKey };

struct KeyType {
  std::string_view name;
  Family family;
  Holder holder;
  /// Name of the curve and bytes of an uncompressed point on it; only for Ecdsa.
  std::string_view curve;
  std::size_t point_bytes;
};

constexpr std::array kTypes{
    KeyType{"ssh-ed25519", Family::Ed25519, Holder::File, "", 0},
    KeyType{"ssh-rsa", Family::Rsa, Holder::File, "", 0},
    KeyType{"ecdsa-sha2-nistp256", Family::Ecdsa, Holder::File, "nistp256", 65},
    KeyType{"ecdsa-sha2-nistp384", Family::Ecdsa, Holder::File, "nistp384", 97},
    KeyType{"ecdsa-sha2-nistp521", Family::Ecdsa, Holder::File, "nistp521", 133},
    KeyType{"sk-ssh-ed25519@openssh.com", Family::Ed25519, Holder::SecurityKey, "", 0},
    KeyType{"sk-ecdsa-sha2-nistp256@openssh.com", Family::Ecdsa, Holder::SecurityKey, "nistp256",
            65},
};

const KeyType* find_type(std::string_view name) {
  const auto* found = std::find_if(kTypes.begin(), kTypes.end(),
                                   [&](const KeyType& type) { return type.name == name; });
  return found == kTypes.end() ? nullptr : found;
}

Error damaged() {
  return {ErrorCode::InvalidInput, "the key is damaged",
          "copy the whole line again, from the file that ends in .pub", ""};
}

/// Takes the next `string` (RFC 4251 section 5) off `blob`.
Result<std::string_view> take_string(std::string_view& blob) {
  constexpr std::size_t kLengthBytes = 4;
  if (blob.size() < kLengthBytes) {
    return damaged();
  }
  std::uint32_t length = 0;
  for (const char c : blob.substr(0, kLengthBytes)) {
    length = length << 8 | static_cast<unsigned char>(c);
  }
  blob.remove_prefix(kLengthBytes);
  if (blob.size() < length) {
    return damaged();
  }
  const std::string_view taken = blob.substr(0, length);
  blob.remove_prefix(length);
  return taken;
}

constexpr bool has_top_bit(char c) {
  return (static_cast<unsigned char>(c) & 0x80) != 0;
}

struct OddNumber {
  std::size_t bits;
};

/// A positive odd `mpint` in its one shortest form (RFC 4251 section 5).
Result<OddNumber> take_odd_number(std::string_view& blob) {
  std::string_view digits = TRY(take_string(blob));
  if (digits.empty() || has_top_bit(digits.front()) ||
      (static_cast<unsigned char>(digits.back()) & 1) == 0) {
    return damaged();
  }
  if (digits.front() == '\0') {
    digits.remove_prefix(1);
    // The zero is there only to keep a number positive whose first bit is set.
    if (digits.empty() || !has_top_bit(digits.front())) {
      return damaged();
    }
  }
  return OddNumber{(digits.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(
                                                 static_cast<unsigned char>(digits.front())))};
}

Result<void> check_rsa(std::string_view& rest) {
  const std::size_t exponent_bits = TRY(take_odd_number(rest)).bits;
  const std::size_t bits = TRY(take_odd_number(rest)).bits;
  // 1 is the one odd number of a single bit, and no exponent.
  if (exponent_bits < 2 || exponent_bits > kMostExponentBits) {
    return damaged();
  }
  if (bits < kLeastRsaBits || bits > kMostRsaBits) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("this RSA key has {} bits; {} to {} are accepted", bits, kLeastRsaBits,
                             kMostRsaBits),
                 "make a new key with `ssh-keygen -t ed25519`", ""};
  }
  return {};
}

Result<void> check_ecdsa(const KeyType& type, std::string_view& rest) {
  constexpr char kUncompressed = 4;
  const std::string_view curve = TRY(take_string(rest));
  const std::string_view point = TRY(take_string(rest));
  if (curve != type.curve || point.size() != type.point_bytes || point.front() != kUncompressed) {
    return damaged();
  }
  return {};
}

Result<void> check_ed25519(std::string_view& rest) {
  const std::string_view point = TRY(take_string(rest));
  return point.size() == kEd25519Bytes ? Result<void>() : damaged();
}

Result<void> check_parts(const KeyType& type, std::string_view& rest) {
  switch (type.family) {
    case Family::Ed25519:
      return check_ed25519(rest);
    case Family::Ecdsa:
      return check_ecdsa(type, rest);
    case Family::Rsa:
      return check_rsa(rest);
  }
  return damaged();
}

}  // namespace

bool is_key_type(std::string_view name) {
  return find_type(name) != nullptr;
}

Result<void> check_key_blob(std::string_view type, std::string_view blob) {
  const KeyType* known = find_type(type);
  const std::string_view inside = TRY(take_string(blob));
  if (known == nullptr || inside != type) {
    return Error{ErrorCode::InvalidInput, "the key is of another type than its first word says",
                 "copy the whole line again, from the file that ends in .pub", ""};
  }
  TRY(check_parts(*known, blob));
  if (known->holder == Holder::SecurityKey) {
    const std::string_view application = TRY(take_string(blob));
    if (application.empty()) {
      return damaged();
    }
  }
  return blob.empty() ? Result<void>() : damaged();
}

}  // namespace minpaas::state
