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

/// What a key or a token may do of what its owner may: without rules all of it, else what one rule
/// names. Verbs are those of the commands, and `git:push` and `git:fetch`.
class AccessScope {
 public:
  AccessScope() = default;

  explicit AccessScope(std::vector<ScopeRule> rules) : rules_(std::move(rules)) {}

  [[nodiscard]] const std::vector<ScopeRule>& rules() const { return rules_; }

  /// As `str` has written it. One rule that cannot be read makes an error of the whole: a scope
  /// without rules is everything. Errors: InvalidInput.
  static Result<AccessScope> parse(std::string_view text);
  /// The rules with spaces between them; empty for everything.
  [[nodiscard]] std::string str() const;

  [[nodiscard]] bool is_everything() const { return rules_.empty(); }

  /// Whether the command may run on all of `apps`; none: it is about no single app.
  [[nodiscard]] bool allows(std::string_view verb, const std::vector<std::string>& apps) const;

  bool operator==(const AccessScope&) const = default;

 private:
  std::vector<ScopeRule> rules_;
};

/// Whether the whole text fits a pattern in which `*` is any number of characters.
bool fits_glob(std::string_view pattern, std::string_view text);

}  // namespace minpaas
