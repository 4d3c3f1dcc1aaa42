#include "core/app/access_scope.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"

namespace minpaas {
namespace {

constexpr std::size_t kMostRuleBytes = 100;

bool is_pattern(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == ':' || c == '*';
  });
}

}  // namespace

bool fits_glob(std::string_view pattern, std::string_view text) {
  std::size_t place = 0;
  std::size_t at = 0;
  std::size_t star = std::string_view::npos;
  std::size_t retry = 0;
  // When what follows the last star does not fit, the star takes one character more.
  while (at < text.size()) {
    if (place < pattern.size() && pattern[place] == '*') {
      star = place++;
      retry = at;
    } else if (place < pattern.size() && pattern[place] == text[at]) {
      ++place;
      ++at;
    } else if (star != std::string_view::npos) {
      place = star + 1;
      at = ++retry;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', place) == std::string_view::npos;
}

Result<ScopeRule> ScopeRule::parse(std::string_view text) {
  const auto at = text.find('@');
  const bool has_apps = at != std::string_view::npos;
  const ScopeRule rule{std::string(text.substr(0, at)),
                       has_apps ? std::string(text.substr(at + 1)) : ""};
  if (text.size() > kMostRuleBytes || !is_pattern(rule.verbs) ||
      (has_apps && !is_pattern(rule.apps))) {
    return Error{ErrorCode::InvalidInput, "that is no scope",
                 "write it as VERBS or VERBS@APPS with * for any characters: 'ps:*', "
                 "'releases*@blog', '*@shop-*'",
                 ""};
  }
  return rule;
}

std::string ScopeRule::str() const {
  return apps.empty() ? verbs : fmt::format("{}@{}", verbs, apps);
}

Result<AccessScope> AccessScope::parse(std::string_view text) {
  std::vector<ScopeRule> rules;
  if (text.empty()) {
    return AccessScope();
  }
  for (const std::string_view word : split(text, ' ')) {
    rules.push_back(TRY(ScopeRule::parse(word)));
  }
  return AccessScope(std::move(rules));
}

std::string AccessScope::str() const {
  std::string text;
  for (const ScopeRule& rule : rules_) {
    text += (text.empty() ? "" : " ") + rule.str();
  }
  return text;
}

bool AccessScope::allows(std::string_view verb, const std::vector<std::string>& apps) const {
  return rules_.empty() || std::ranges::any_of(rules_, [&](const ScopeRule& rule) {
           const auto fits_app = [&](const std::string& app) { return fits_glob(rule.apps, app); };
           const bool on_these =
               rule.apps.empty() || (!apps.empty() && std::ranges::all_of(apps, fits_app));
           return on_these && fits_glob(rule.verbs, verb);
         });
}

}  // namespace minpaas
