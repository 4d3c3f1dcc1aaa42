#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/problem.h"

namespace minpaas::http {

/// Header names in lower case; a header that comes twice is refused before.
using Headers = std::map<std::string, std::string>;

struct Request {
  std::string method;
  /// As the peer sent it: path and query, nothing decoded.
  std::string target;
  Headers headers = {};
  std::string body = {};
  /// Peer address.
  std::string from = {};
  /// Of the answer too.
  std::string id = {};

  /// Empty when it is not there.
  [[nodiscard]] std::string_view header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
  }
};

/// The decoded parts of a target.
struct Target {
  std::vector<std::string> segments;
  /// In the order in which they came.
  std::vector<std::pair<std::string, std::string>> query;
};

/// A value, or why there is none.
template <typename T>
using OrProblem = std::variant<T, Problem>;

/// Percent-decoded after it was split, so that an encoded slash is no slash. Refuses what no name
/// has: `.` and `..`, slashes, control characters, broken encodings.
OrProblem<Target> parse_target(std::string_view target);

}  // namespace minpaas::http
