#include "hooks/queue/queue_hold.h"

#include <fmt/format.h>

#include <thread>

namespace minpaas::hooks {
namespace {

constexpr milliseconds kHoldPatience{1500};
/// For old containers: beyond the usual timeouts of their drain and their stop.
constexpr milliseconds kRetirePatience{90'000};
constexpr milliseconds kHoldPause{10};

}  // namespace

std::unique_ptr<QueueHold> QueueHold::try_take(DeployQueue& queue, const AppName& name,
                                               Beside beside) {
  return queue.hold(name, beside) ? std::unique_ptr<QueueHold>(new QueueHold(queue, name))
                                  : nullptr;
}

Result<std::unique_ptr<QueueHold>> QueueHold::take(DeployQueue& queue, const AppName& name,
                                                   Beside beside) {
  const auto began = std::chrono::steady_clock::now();
  auto held = try_take(queue, name, beside);
  for (auto waited = began - began; !held && waited < kRetirePatience;
       waited = std::chrono::steady_clock::now() - began) {
    if (waited >= kHoldPatience && queue.current(name)) {
      break;
    }
    std::this_thread::sleep_for(kHoldPause);
    held = try_take(queue, name, beside);
  }
  if (!held && !queue.current(name)) {
    return Error{
        ErrorCode::Busy, fmt::format("old containers of {} have not ended yet", name.str()),
        "try again when they have, at the latest after its drain_timeout and stop_timeout", ""};
  }
  if (!held) {
    return Error{ErrorCode::Busy, fmt::format("a deploy of {} is under way", name.str()),
                 "try again when it has ended", ""};
  }
  return held;
}

}  // namespace minpaas::hooks
