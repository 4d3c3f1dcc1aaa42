#pragma once

#include "core/base/clock.h"

namespace minpaas::test {

/// A clock that stands until a test moves it. Thread: one.
class HandClock : public Clock {
 public:
  [[nodiscard]] SystemTime now() const override {
    return SystemTime(
        std::chrono::duration_cast<std::chrono::microseconds>(steady_.time_since_epoch()));
  }

  [[nodiscard]] SteadyTime steady() const override { return steady_; }

  void advance(milliseconds by) { steady_ += by; }

 private:
  SteadyTime steady_{seconds(1000)};
};

}  // namespace minpaas::test
