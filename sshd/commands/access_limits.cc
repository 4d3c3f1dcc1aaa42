#include "sshd/commands/access_limits.h"

#include "core/base/text.h"

namespace minpaas::sshd::commands {
namespace {

constexpr milliseconds kShortestLife = std::chrono::minutes(1);
constexpr milliseconds kLongestLife = std::chrono::hours(24 * 3650);

}  // namespace

Result<std::vector<ScopeRule>> parse_scope(const Arguments& args) {
  std::vector<ScopeRule> rules;
  for (const std::string& text : args.values("scope")) {
    rules.push_back(TRY(ScopeRule::parse(text)));
  }
  return rules;
}

Result<std::optional<milliseconds>> parse_lifetime(const Arguments& args) {
  const auto text = args.value("expires");
  if (!text) {
    return std::optional<milliseconds>();
  }
  const milliseconds lifetime(TRY(parse_duration_ms(*text, "--expires")));
  if (lifetime < kShortestLife || lifetime > kLongestLife) {
    return Error{ErrorCode::InvalidInput, "--expires takes 1 minute to 3650 days",
                 "for example: --expires 90d", ""};
  }
  return std::optional(lifetime);
}

std::vector<std::string> scope_texts(const AccessScope& scope) {
  std::vector<std::string> texts;
  for (const ScopeRule& rule : scope.rules()) {
    texts.push_back(rule.str());
  }
  return texts;
}

}  // namespace minpaas::sshd::commands
