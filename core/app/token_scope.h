#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace minpaas {

/// `VERBS[@APPS]`, both with `*` for any characters: `releases*@blog`, `ps:*`, `*@shop-*`.
struct ScopeRule {
  std::string verbs;
  /// Absent APPS is `*` for commands without an app too; with APPS the rule is for apps only.
  std::string apps;

  /// Errors: InvalidInput.
  static Result<ScopeRule> parse(std::string_view text);
  [[nodiscard]] std::string str() const;

  bool operator==(const ScopeRule&) const = default;
};

/// What a token may do of what its owner may: without rules all of it, else what one rule names.
class TokenScope {
 public:
  TokenScope() = default;

  explicit TokenScope(std::vector<ScopeRule> rules) : rules_(std::move(rules)) {}

  [[nodiscard]] const std::vector<ScopeRule>& rules() const { return rules_; }

  [[nodiscard]] bool is_everything() const { return rules_.empty(); }

  /// Whether the command may run on all of `apps`; none: it is about no single app.
  [[nodiscard]] bool allows(std::string_view verb, const std::vector<std::string>& apps) const;

  bool operator==(const TokenScope&) const = default;

 private:
  std::vector<ScopeRule> rules_;
};

/// Whether the whole text fits a pattern in which `*` is any number of characters.
bool fits_glob(std::string_view pattern, std::string_view text);

}  // namespace minpaas
