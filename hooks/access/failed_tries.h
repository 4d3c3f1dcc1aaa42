#pragma once

#include <map>
#include <string>

#include "core/base/clock.h"
#include "core/base/guarded.h"

namespace minpaas::hooks {

/// Counts what was refused, or keeps happening, by address or another name. Thread: any.
class FailedTries {
 public:
  explicit FailedTries(const Clock& clock, seconds window = seconds(60))
      : clock_(clock), window_(window) {}

  enum class Tries {
    /// The first of this address within the window, usually a minute.
    First,
    Again,
    /// More than kMostAMinute in the window, or there are too many addresses to count.
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
  seconds window_;
  Guarded<std::map<std::string, Count>> counts_;
};

}  // namespace minpaas::hooks
