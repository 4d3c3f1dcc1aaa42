#pragma once

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "core/base/result.h"

namespace minpaas::state {

/// The words that stand for the values of an enum in a TEXT column: one table for both ways.
template <typename Enum, std::size_t Count>
struct EnumText {
  std::string_view what;
  std::array<std::pair<Enum, std::string_view>, Count> words;

  [[nodiscard]] constexpr std::string_view text(Enum value) const {
    for (const auto& [known, word] : words) {
      if (known == value) {
        return word;
      }
    }
    return "unknown";
  }

  /// Errors: Corrupt (a row holds a word that this version does not know).
  [[nodiscard]] Result<Enum> value(std::string_view text) const {
    for (const auto& [known, word] : words) {
      if (word == text) {
        return known;
      }
    }
    return Error{ErrorCode::Corrupt, fmt::format("the database holds an unknown {}", what), "",
                 fmt::format("'{}'", text)};
  }
};

}  // namespace minpaas::state
