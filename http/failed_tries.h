#pragma once

#include <map>
#include <string>

#include "core/base/clock.h"
#include "core/base/guarded.h"

namespace minpaas::http {

/// Counts tokens that were refused, by the address that showed them. Thread: any.
class FailedTries {
 public:
  explicit FailedTries(const Clock& clock) : clock_(clock) {}

  /// One more; false when the address had too many within the last minute.
  bool note(const std::string& address);

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

}  // namespace minpaas::http
