#include "core/git/ignore_rules.h"

#include <fnmatch.h>

#include <optional>
#include <span>

#include "core/base/text.h"

namespace minpaas::git {
namespace {

constexpr std::size_t kMostPatterns = 2000;
constexpr std::size_t kMostPatternBytes = 1024;

using Parts = std::span<const std::string>;

bool matches_name(const std::string& pattern, const std::string& name) {
  return ::fnmatch(pattern.c_str(), name.c_str(), FNM_NOESCAPE) == 0;
}

/// Whether the pattern matches the path or a folder above it. For the parts between two `**` the
/// first place that fits is as good as any, so only the last `**` is ever tried again: the work is
/// bounded by the product of both lengths, whatever a pusher writes.
bool matches(Parts pattern, Parts path) {
  std::size_t at = 0;
  std::size_t matched = 0;
  std::optional<std::size_t> stars;
  std::size_t skipped = 0;
  while (matched < pattern.size()) {
    if (pattern[matched] == "**") {
      if (matched + 1 == pattern.size()) {
        return at < path.size();
      }
      stars = matched++;
      skipped = at;
    } else if (at < path.size() && matches_name(pattern[matched], path[at])) {
      ++matched;
      ++at;
    } else if (stars && skipped < path.size()) {
      at = ++skipped;
      matched = *stars + 1;
    } else {
      return false;
    }
  }
  return true;
}

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  for (const auto part : split(path, '/')) {
    if (!part.empty() && part != ".") {
      parts.emplace_back(part);
    }
  }
  return parts;
}

}  // namespace

IgnoreRules::IgnoreRules(std::string_view text, const std::vector<std::string>& defaults) {
  for (const auto& line : defaults) {
    add(line);
  }
  for (const auto line : split(text, '\n')) {
    add(trim(line));
  }
}

void IgnoreRules::add(std::string_view line) {
  if (line.empty() || line.front() == '#' || line.size() > kMostPatternBytes ||
      patterns_.size() >= kMostPatterns) {
    return;
  }
  Pattern pattern;
  if (line.front() == '!') {
    pattern.exception = true;
    line = trim(line.substr(1));
  }
  pattern.parts = parts_of(line);
  if (!pattern.parts.empty()) {
    has_exceptions_ = has_exceptions_ || pattern.exception;
    patterns_.push_back(std::move(pattern));
  }
}

bool IgnoreRules::ignores(std::string_view path) const {
  const auto parts = parts_of(path);
  bool ignored = false;
  for (const auto& pattern : patterns_) {
    if (pattern.exception == ignored && matches(pattern.parts, parts)) {
      ignored = !pattern.exception;
    }
  }
  return ignored;
}

}  // namespace minpaas::git
