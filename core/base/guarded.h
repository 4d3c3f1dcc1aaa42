#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

namespace minpaas {

/// Data that can be reached only under its lock. Do no I/O inside `with` and hold at most one.
template <typename T>
class Guarded {
 public:
  Guarded() = default;

  explicit Guarded(T value) : value_(std::move(value)) {}

  /// Runs `use(T&)` under the lock and returns what it returns.
  template <typename Use>
  auto with(Use&& use) {
    std::scoped_lock lock(mutex_);
    return std::forward<Use>(use)(value_);
  }

  template <typename Use>
  auto with(Use&& use) const {
    std::scoped_lock lock(mutex_);
    return std::forward<Use>(use)(static_cast<const T&>(value_));
  }

  /// Runs `use(T&)` under the lock, then wakes every waiter.
  template <typename Use>
  void update(Use&& use) {
    {
      std::scoped_lock lock(mutex_);
      std::forward<Use>(use)(value_);
    }
    changed_.notify_all();
  }

  /// Waits until `ready(T&)` holds, the deadline passes or `stop` is requested; then runs `use(T&)`
  /// under the lock and returns what it returns. `use` looks itself which of the three it was.
  template <typename Ready, typename Use>
  auto wait_until(std::chrono::steady_clock::time_point deadline, const std::stop_token& stop,
                  Ready&& ready, Use&& use) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, deadline, [&] { return ready(value_); });
    return std::forward<Use>(use)(value_);
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  T value_{};
};

}  // namespace minpaas
