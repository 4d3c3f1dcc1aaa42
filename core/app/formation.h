#pragma once

#include <compare>
#include <map>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas {

/// Name of a process type: `[a-z0-9][a-z0-9-]{0,62}`. `web` is the routed one.
class ProcessType {
 public:
  /// Errors: InvalidInput.
  static Result<ProcessType> parse(std::string_view text);

  static ProcessType web() { return ProcessType("web"); }

  [[nodiscard]] const std::string& str() const { return text_; }

  [[nodiscard]] bool is_web() const { return text_ == "web"; }

  /// Runs once in each deploy and is never scaled.
  [[nodiscard]] bool is_release() const { return text_ == "release"; }

  auto operator<=>(const ProcessType&) const = default;

 private:
  explicit ProcessType(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

/// Of one process type.
constexpr int kMostProcesses = 100;

/// Where neither the app.json nor a person says one: web runs, others wait to be scaled.
inline int first_quantity(const ProcessType& type) {
  return type.is_web() ? 1 : 0;
}

/// How many containers of each process type run.
using Formation = std::map<ProcessType, int>;

}  // namespace minpaas
