#pragma once

#include <compare>
#include <map>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas {

/// Text that must not be shown: config values. It has no operator<< and no formatter; `reveal()`
/// is the one way out and is called only to start a container, to encrypt, or for its owner.
class Secret {
 public:
  Secret() = default;

  explicit Secret(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] const std::string& reveal() const { return text_; }

  bool operator==(const Secret&) const = default;

 private:
  std::string text_;
};

/// Name of a config var: `[A-Za-z_][A-Za-z0-9_]*`, at most 256 characters, not `PORT`.
class ConfigKey {
 public:
  /// Errors: InvalidInput.
  static Result<ConfigKey> parse(std::string_view text);

  [[nodiscard]] const std::string& str() const { return text_; }

  auto operator<=>(const ConfigKey&) const = default;

 private:
  explicit ConfigKey(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

constexpr std::size_t kMostConfigValueBytes = 64 * 1024;

/// Any bytes but NUL, up to 64 KiB. Errors: InvalidInput (the value is not in the message).
Result<Secret> parse_config_value(const ConfigKey& key, std::string_view value);

/// The config of an app at one moment.
using ConfigVars = std::map<ConfigKey, Secret>;

}  // namespace minpaas
