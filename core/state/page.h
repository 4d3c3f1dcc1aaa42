#pragma once

#include <cstdint>
#include <optional>

namespace minpaas::state {

/// A part of a list that begins with the newest.
struct Page {
  /// Converts from a number: the newest so many.
  Page(int most_rows, std::optional<std::int64_t> before_row = std::nullopt)
      : most(most_rows), before(before_row) {}

  int most;
  /// Only what is older: below this release number, or this id of a deploy or run.
  std::optional<std::int64_t> before;
};

}  // namespace minpaas::state
