#pragma once

#include <functional>
#include <stop_token>
#include <thread>

#include "core/base/clock.h"
#include "core/base/guarded.h"

namespace minpaas::hooks {

/// A stop token that is requested when `outer` is, or when the time is over. A thread of its own
/// waits for that; it ends with the object. Thread: any.
class TimedStop {
 public:
  TimedStop(const std::stop_token& outer, milliseconds time)
      : forward_(outer, [this] { stop_.request_stop(); }),
        timer_([this, time](const std::stop_token& ended) { wait(ended, time); }) {}

  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

  /// True when the time was over before `outer` was requested.
  [[nodiscard]] bool timed_out() const {
    return timed_out_.with([](bool value) { return value; });
  }

 private:
  void wait(const std::stop_token& ended, milliseconds time) {
    const auto never = [](bool) { return false; };
    timed_out_.wait_until(std::chrono::steady_clock::now() + time, ended, never, [&](bool& value) {
      value = !ended.stop_requested() && !stop_.stop_requested();
    });
    stop_.request_stop();
  }

  std::stop_source stop_;
  Guarded<bool> timed_out_{false};
  std::stop_callback<std::function<void()>> forward_;
  std::jthread timer_;
};

}  // namespace minpaas::hooks
