#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace minpaas::git {

/// The patterns of a `.dockerignore` (or `.minpaasignore`) file. A path is left out when the last
/// pattern that matches it or a folder above it is not a `!` one. `*`, `?`, `[..]` match inside a
/// name, `**` any number of folders. Pure.
class IgnoreRules {
 public:
  /// `defaults` stand before the lines of `text`, which can take them back with `!`.
  IgnoreRules(std::string_view text, const std::vector<std::string>& defaults);
  [[nodiscard]] bool ignores(std::string_view path) const;

  /// True when nothing below the ignored folder can be re-included, so that it need not be read.
  [[nodiscard]] bool prunes(std::string_view folder) const {
    return !has_exceptions_ && ignores(folder);
  }

 private:
  struct Pattern {
    std::vector<std::string> parts;
    bool exception = false;
  };

  void add(std::string_view line);
  std::vector<Pattern> patterns_;
  bool has_exceptions_ = false;
};

}  // namespace minpaas::git
