#include "core/git/ignore_rules.h"

#include <fnmatch.h>

#include <span>

#include "core/base/text.h"

namespace minpaas::git {
namespace {

constexpr std::size_t kMostPatterns = 2000;
constexpr std::size_t kMostPatternBytes = 1024;

using Parts = std::span<const std::string>;

/// Whether the pattern matches the path or a folder above it.
bool matches(Parts pattern, Parts path) {
  if (pattern.empty()) {
    return true;
  }
  if (pattern.front() == "**") {
    // Rests that are equal give equal answers, so runs of ** need not multiply the work.
    while (pattern.size() > 1 && pattern[1] == "**") {
      pattern = pattern.subspan(1);
    }
    for (std::size_t skipped = 0; skipped <= path.size(); ++skipped) {
      if (pattern.size() == 1 ? skipped > 0 : matches(pattern.subspan(1), path.subspan(skipped))) {
        return true;
      }
    }
    return false;
  }
  return !path.empty() &&
         ::fnmatch(pattern.front().c_str(), path.front().c_str(), FNM_NOESCAPE) == 0 &&
         matches(pattern.subspan(1), path.subspan(1));
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
