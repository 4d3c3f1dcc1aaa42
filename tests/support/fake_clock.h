#pragma once

#include "core/base/clock.h"

namespace minpaas::test {

/// A clock that stands still until a test moves it. Thread: one.
class FakeClock : public Clock {
 public:
  [[nodiscard]] SystemTime now() const override { return now_; }

  [[nodiscard]] SteadyTime steady() const override { return steady_; }

  void advance(std::chrono::microseconds by) {
    now_ += by;
    steady_ += by;
  }

 private:
  SystemTime now_ = *parse_rfc3339("2026-11-23T12:00:00.123456Z");
  SteadyTime steady_ = SteadyTime(std::chrono::hours(1));
};

}  // namespace minpaas::test
