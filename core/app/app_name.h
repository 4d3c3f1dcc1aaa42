#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas {

/// `[a-z][a-z0-9-]{0,29}`, not ending in `-`: safe in paths, labels, host names and SQL.
class AppName {
 public:
  /// Errors: InvalidInput, with the rule as hint.
  static Result<AppName> parse(std::string_view text);

  [[nodiscard]] const std::string& str() const { return text_; }

  auto operator<=>(const AppName&) const = default;

 private:
  explicit AppName(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace minpaas
