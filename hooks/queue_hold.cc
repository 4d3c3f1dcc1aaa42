#include "hooks/queue_hold.h"

#include <fmt/format.h>

#include <thread>

namespace minpaas::hooks {
namespace {

constexpr milliseconds kHoldPatience{1500};
constexpr milliseconds kHoldPause{10};

}  // namespace

Result<std::unique_ptr<QueueHold>> QueueHold::take(DeployQueue& queue, const AppName& name) {
  const auto deadline = std::chrono::steady_clock::now() + kHoldPatience;
  bool held = queue.hold(name);
  while (!held && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kHoldPause);
    held = queue.hold(name);
  }
  if (!held) {
    return Error{ErrorCode::Busy, fmt::format("a deploy of {} is under way", name.str()),
                 "try again when it has ended", ""};
  }
  return std::make_unique<QueueHold>(queue, name);
}

}  // namespace minpaas::hooks
