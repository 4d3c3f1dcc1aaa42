#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/app/health_check.h"
#include "core/base/clock.h"

namespace minpaas::hooks {

/// How one live process fares by its liveness checks. Pure: the time is told. Thread: one.
class LivenessRecord {
 public:
  /// A process that fails again within this time after it has recovered has not recovered.
  static constexpr seconds kCalm{60};
  /// Between two restarts at least; doubles with each one that did not help.
  static constexpr seconds kFirstBackoff{10};
  static constexpr seconds kLastBackoff{600};
  /// So many restarts that did not help are a crash loop.
  static constexpr int kLoop = 3;

  enum class Verdict {
    /// Nothing to be done.
    None,
    /// It is to be restarted.
    Restart
  };

  /// For so long after its start a process may fail, until it has passed once.
  LivenessRecord(std::vector<HealthCheck> checks, seconds patience, SteadyTime now);

  void passed(std::size_t check, SteadyTime now);
  Verdict failed(std::size_t check, SteadyTime now);
  void restarted(SteadyTime now);
  /// The engine has started it again by itself.
  void begun_anew(SteadyTime now);

  /// Whether one of its checks has failed too often.
  [[nodiscard]] bool is_failing() const;

  [[nodiscard]] bool is_in_loop() const { return in_a_row_ >= kLoop; }

  [[nodiscard]] int restarts() const { return restarts_; }

 private:
  [[nodiscard]] bool is_too_many(std::size_t check) const;

  std::vector<HealthCheck> checks_;
  seconds patience_;
  /// Of each check, in a row.
  std::vector<int> failures_;
  SteadyTime began_;
  bool has_started_ = false;
  /// Since when all that was looked at has passed.
  std::optional<SteadyTime> well_since_;
  SteadyTime not_before_;
  int restarts_ = 0;
  int in_a_row_ = 0;
};

}  // namespace minpaas::hooks
