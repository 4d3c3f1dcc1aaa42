#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/git/source_tree.h"

namespace minpaas::runtimes {

constexpr std::size_t kMostJsonBytes = 1024 * 1024;
constexpr int kMostJsonDepth = 64;

/// A text that a JSON file must hold, in `runtime.ini` as `package.json:scripts.start`.
struct JsonRule {
  std::string file;
  /// Object keys from the top.
  std::vector<std::string> keys;

  /// Errors: InvalidInput.
  static Result<JsonRule> parse(std::string_view text);
  /// `scripts.start`
  [[nodiscard]] std::string path() const;
};

/// What a repository must hold.
struct Contract {
  std::vector<std::string> all_of;
  std::vector<JsonRule> json_has;

  /// `app.py`, `package.json with scripts.start`: each for people.
  [[nodiscard]] std::vector<std::string> wants() const;
};

/// One thing that the contract wants and the tree lacks.
struct Violation {
  /// File name or JSON path, the key of the runtime's advice.
  std::string subject;
  /// `requirements.txt is missing`
  std::string text;
  /// What to do, where it is not what the runtime advises for a part that is missing.
  std::string advice = {};
};

std::vector<Violation> check(const Contract& contract, const SourceTree& tree);

/// `a`, `a and b`, `a, b and c`.
std::string join_for_people(const std::vector<std::string>& parts);

}  // namespace minpaas::runtimes
