#include "sshd/commands/access_limits.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "sshd/commands/command.h"

namespace minpaas::sshd::commands {
namespace {

constexpr milliseconds kShortestLife = std::chrono::minutes(1);
constexpr milliseconds kLongestLife = std::chrono::hours(24 * 3650);

/// What is no command and stands in scopes all the same.
constexpr std::string_view kOtherVerbs[] = {"git:push", "git:fetch", "metrics"};

/// A slip in a verb would make a key that is of no use, which shows when it is too late.
Result<void> require_known_verb(const ScopeRule& rule) {
  const auto fits = [&](std::string_view verb) { return fits_glob(rule.verbs, verb); };
  if (std::ranges::any_of(command_table(), fits, &Command::verb) ||
      std::ranges::any_of(kOtherVerbs, fits)) {
    return {};
  }
  return Error{ErrorCode::InvalidInput, fmt::format("no command fits the scope '{}'", rule.str()),
               "scopes name verbs as `help` does, and git:push, git:fetch and metrics", ""};
}

}  // namespace

Result<std::vector<ScopeRule>> parse_scope(const Arguments& args) {
  std::vector<ScopeRule> rules;
  for (const std::string& text : args.values("scope")) {
    rules.push_back(TRY(ScopeRule::parse(text)));
    TRY(require_known_verb(rules.back()));
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
