#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/app/formation.h"
#include "core/base/result.h"

namespace minpaas {

/// What one container may use at most.
struct Limits {
  long long memory_bytes = 0;
  double cpus = 0;
  int pids = 0;

  bool operator==(const Limits&) const = default;
};

/// The limits that were chosen; what is absent comes from elsewhere.
struct LimitChoices {
  std::optional<long long> memory_bytes = std::nullopt;
  std::optional<double> cpus = std::nullopt;
  std::optional<int> pids = std::nullopt;

  [[nodiscard]] bool empty() const { return !memory_bytes && !cpus && !pids; }

  /// The choices, and where there is none what `defaults` says.
  [[nodiscard]] Limits over(const Limits& defaults) const;

  bool operator==(const LimitChoices&) const = default;
};

/// The choices of an app: for all its containers, and for those of one process type.
struct AppLimits {
  LimitChoices all = {};
  std::map<ProcessType, LimitChoices> types = {};

  [[nodiscard]] Limits of(const ProcessType& type, const Limits& defaults) const;

  bool operator==(const AppLimits&) const = default;
};

/// What the engine accepts, on a machine of this size.
struct LimitRange {
  /// Engines refuse less.
  static constexpr long long kLeastMemoryBytes = 6LL << 20;
  static constexpr double kLeastCpus = 0.01;
  static constexpr int kMostPids = 4'194'304;

  long long most_memory_bytes = 0;
  int most_cpus = 0;

  /// Errors: InvalidInput, naming the first limit that is out of range.
  [[nodiscard]] Result<void> check(const LimitChoices& choices) const;
};

/// Some choices anew; those that are back to the default become absent.
class LimitChange {
 public:
  /// `memory=256m`, `cpus=0.5`, `pids=100`; `memory=` goes back to the default. At least one, none
  /// twice. Errors: InvalidInput. Ranges are for LimitRange.
  static Result<LimitChange> parse(std::span<const std::string_view> words);

  [[nodiscard]] LimitChoices apply(LimitChoices to) const;

 private:
  Result<void> take(std::string_view word);

  std::optional<std::optional<long long>> memory_bytes_;
  std::optional<std::optional<double>> cpus_;
  std::optional<std::optional<int>> pids_;
};

/// `256m`, `1g`, `100000`: in the form in which a limit is set.
std::string format_memory(long long bytes);
/// `0.5`, without zeros at its end.
std::string format_cpus(double cpus);

}  // namespace minpaas
