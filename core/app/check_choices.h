#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/app/formation.h"
#include "core/base/clock.h"
#include "core/base/result.h"

namespace minpaas {

/// What was chosen for the checks of one process type; what is absent comes from the app.json or
/// from the settings.
struct CheckChoices {
  /// Answers GET with a status below 400.
  std::optional<std::string> path = std::nullopt;
  /// Within this time a new process must pass its checks.
  std::optional<seconds> deadline = std::nullopt;
  /// Of one try.
  std::optional<seconds> timeout = std::nullopt;
  /// Of a process that is live: failed tries in a row that are one too many, and the time between
  /// two tries.
  std::optional<int> attempts = std::nullopt;
  std::optional<seconds> wait = std::nullopt;

  [[nodiscard]] bool empty() const { return !path && !deadline && !timeout && !attempts && !wait; }

  bool operator==(const CheckChoices&) const = default;
};

/// The choices of an app.
using AppChecks = std::map<ProcessType, CheckChoices>;

/// Some choices anew; those that are back to the default become absent.
class CheckChange {
 public:
  /// `path=/up`, `deadline=2m`, `timeout=5s`, `attempts=3`, `wait=10s`; `path=` goes back to the
  /// default. At least one, none twice. Errors: InvalidInput.
  static Result<CheckChange> parse(std::span<const std::string_view> words);

  [[nodiscard]] CheckChoices apply(CheckChoices to) const;

 private:
  Result<void> take(std::string_view word);

  std::optional<std::optional<std::string>> path_;
  std::optional<std::optional<seconds>> deadline_;
  std::optional<std::optional<seconds>> timeout_;
  std::optional<std::optional<int>> attempts_;
  std::optional<std::optional<seconds>> wait_;
};

}  // namespace minpaas
