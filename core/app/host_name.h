#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas {

/// A name by which visitors reach an app, in lower case: `www.example.com`, or `*.example.com`,
/// which stands for one label more. No address, no port; other scripts as `xn--...` (RFC 5890).
class HostName {
 public:
  /// Takes upper case and one dot at the end as well. Errors: InvalidInput.
  static Result<HostName> parse(std::string_view text);

  [[nodiscard]] const std::string& str() const { return text_; }

  /// Whether it is `parent` with one label (or `*`) in front.
  [[nodiscard]] bool is_child_of(std::string_view parent) const;

  [[nodiscard]] bool is_wildcard() const { return text_.starts_with("*."); }

  /// Whether it, or each name that it stands for, is `name` or below it.
  [[nodiscard]] bool is_within(std::string_view name) const;
  /// The wildcard that stands for it too; absent for a wildcard and for a name of one label.
  [[nodiscard]] std::optional<HostName> covering() const;

  auto operator<=>(const HostName&) const = default;

 private:
  explicit HostName(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace minpaas
