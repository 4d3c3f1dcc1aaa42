#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string_view>

namespace minpaas::hooks {

/// Receives the lines of a deploy, from its first on. Returns false to leave (the deploy goes on).
using LineSink = std::function<bool(std::string_view line)>;

/// What a follower wants while waiting: `tick` is called about every second in which nothing was
/// said; `gone` ends the waiting, never the deploy. `begun` is called once the deploy has an id, if
/// it gets one: the lines from then on are those of its output, from the first.
struct Follow {
  LineSink line;
  std::function<void()> tick;
  std::stop_token gone;
  std::function<void(std::int64_t deploy)> begun = {};
};

}  // namespace minpaas::hooks
