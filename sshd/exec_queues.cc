#include "sshd/exec_queues.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace minpaas::sshd {
namespace {

/// The connection ends a peer that takes nothing much earlier; this only bounds the wait.
constexpr std::chrono::minutes kLongestWrite{15};
/// So much input is worth waking its reader for.
constexpr std::size_t kBatchBytes = std::size_t{256} * 1024;

void append_to(std::vector<std::byte>& bytes, std::span<const std::byte> more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

}  // namespace

void InputQueue::push(std::span<const std::byte> bytes) {
  const std::size_t waiting = state_.with([&](State& state) {
    append_to(state.bytes, bytes);
    return state.bytes.size();
  });
  unpublished_ = true;
  if (waiting >= kBatchBytes) {
    publish();
  }
}

void InputQueue::publish() {
  if (std::exchange(unpublished_, false)) {
    state_.update([](State&) {});
  }
}

std::size_t InputQueue::room() {
  return state_.with([](State& state) {
    state.wake_at_refill = state.wake_at_refill || state.bytes.size() >= state.limit;
    return state.limit - std::min(state.limit, state.bytes.size());
  });
}

std::size_t InputQueue::waiting() {
  return state_.with([](State& state) {
    state.wake_at_refill = state.wake_at_refill || !state.bytes.empty();
    return state.bytes.size();
  });
}

void InputQueue::set_limit(std::size_t bytes) {
  state_.with([bytes](State& state) { state.limit = bytes; });
}

void InputQueue::finish() {
  state_.update([](State& state) { state.finished = true; });
}

void InputQueue::break_off(Error why) {
  state_.update([&](State& state) {
    if (!state.broken) {
      state.broken = std::move(why);
    }
  });
}

Result<void> InputQueue::refill(SteadyTime deadline) {
  front_.clear();
  front_used_ = 0;
  bool wake = false;
  auto refilled = state_.wait_until(
      deadline, {},
      [](const State& state) { return state.broken || state.finished || !state.bytes.empty(); },
      [&](State& state) -> Result<void> {
        if (state.broken) {
          return *state.broken;
        }
        if (state.bytes.empty() && !state.finished) {
          return Error{ErrorCode::Timeout, "the peer sent nothing for too long", "", ""};
        }
        front_.swap(state.bytes);
        wake = std::exchange(state.wake_at_refill, false);
        return {};
      });
  if (wake) {
    connection_->signal();
  }
  return refilled;
}

Result<std::size_t> InputQueue::read(std::span<std::byte> into, SteadyTime deadline) {
  if (front_used_ == front_.size()) {
    TRY(refill(deadline));
  }
  const std::size_t count = std::min(into.size(), front_.size() - front_used_);
  if (count > 0) {
    std::memcpy(into.data(), front_.data() + front_used_, count);
    front_used_ += count;
  }
  return count;
}

Result<std::size_t> OutputQueue::append(OutputStream stream, std::span<const std::byte> bytes) {
  bool was_empty = false;
  auto appended = state_.wait_until(
      std::chrono::steady_clock::now() + kLongestWrite, {},
      [](const State& state) { return state.broken || state.bytes < kQueueBytes; },
      [&](State& state) -> Result<std::size_t> {
        if (state.broken) {
          return *state.broken;
        }
        if (state.bytes >= kQueueBytes) {
          return Error{ErrorCode::Timeout, "the peer took no output for too long", "", ""};
        }
        const std::size_t count = std::min(bytes.size(), kQueueBytes - state.bytes);
        was_empty = state.segments.empty();
        if (was_empty || state.segments.back().stream != stream) {
          state.segments.push_back({stream, {}});
        }
        state.segments.back().bytes.append(reinterpret_cast<const char*>(bytes.data()), count);
        state.bytes += count;
        return count;
      });
  if (appended && was_empty) {
    connection_->signal();
  }
  return appended;
}

Result<void> OutputQueue::write(OutputStream stream, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    bytes = bytes.subspan(TRY(append(stream, bytes)));
  }
  return {};
}

std::vector<OutputSegment> OutputQueue::take() {
  std::vector<OutputSegment> taken;
  state_.update([&](State& state) {
    taken.swap(state.segments);
    state.bytes = 0;
  });
  return taken;
}

bool OutputQueue::empty() const {
  return state_.with([](const State& state) { return state.segments.empty(); });
}

void OutputQueue::break_off(Error why) {
  state_.update([&](State& state) {
    if (!state.broken) {
      state.broken = std::move(why);
    }
  });
}

}  // namespace minpaas::sshd
