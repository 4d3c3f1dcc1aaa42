#pragma once

#include <string>
#include <string_view>

namespace minpaas {

/// Stands at the end of a text that was cut and at the beginning of what continues it: for people,
/// and for SecretMask, which hides what the cut left of a value on either side.
constexpr std::string_view kTextGoesOn = "\xe2\x8b\xaf";

/// The first `most_bytes` of a text, and kTextGoesOn when it is longer. No UTF-8 character is
/// split.
std::string cut_text(std::string_view text, std::size_t most_bytes);

/// What somebody has typed, with its control characters escaped, to be repeated to them; of a
/// longer one only its length: its beginning could be that of a secret, which SecretMask knows
/// whole.
std::string shown_if_short(std::string_view text, std::size_t most_bytes);

}  // namespace minpaas
