#pragma once

#include <map>
#include <string>

#include "core/base/clock.h"
#include "core/base/guarded.h"

namespace minpaas::hooks {

/// Counts what was refused, or keeps happening, by address or another name. Thread: any.
class FailedTries {
 public:
  explicit FailedTries(const Clock& clock) : clock_(clock) {}

  enum class Tries {
    /// The first within a minute of this address.
    First,
    Again,
    TooMany,
  };

  /// One more of the address.
  Tries note(const std::string& address);

  static constexpr int kMostAMinute = 20;
  static constexpr std::size_t kMostAddresses = 10'000;

 private:
  struct Count {
    SteadyTime begin;
    int tries = 0;
  };

  const Clock& clock_;
  Guarded<std::map<std::string, Count>> counts_;
};

}  // namespace minpaas::hooks
