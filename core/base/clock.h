#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace minpaas {

using SystemTime = std::chrono::sys_time<std::chrono::microseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Time as a dependency: the real one in programs, a hand-moved one in tests.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual SystemTime now() const = 0;
  [[nodiscard]] virtual SteadyTime steady() const = 0;
};

/// The machine's clocks. Thread: any.
class RealClock : public Clock {
 public:
  [[nodiscard]] SystemTime now() const override;
  [[nodiscard]] SteadyTime steady() const override;
};

/// `2026-11-23T12:00:00.123456+00:00` (RFC 3339, UTC, microseconds).
std::string format_rfc3339(SystemTime time);
/// Reads any RFC 3339 time, nanoseconds cut to microseconds. Errors: InvalidInput.
Result<SystemTime> parse_rfc3339(std::string_view text);
/// `0.4 s`, `12.3 s`, `2 min 5 s`: a duration for people.
std::string format_duration(milliseconds duration);
/// `12s ago`, `5m ago`, `3h ago`, `2d ago`.
std::string format_age(SystemTime then, SystemTime now);

}  // namespace minpaas
