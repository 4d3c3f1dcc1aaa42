#include "sshd/receive_window.h"

#include <algorithm>
#include <utility>

#include "sshd/exec_queues.h"

namespace minpaas::sshd {

bool WindowBudget::take(std::int64_t bytes) {
  std::int64_t left = left_.load();
  while (left >= bytes) {
    if (left_.compare_exchange_weak(left, left - bytes)) {
      return true;
    }
  }
  return false;
}

void WindowBudget::give_back(std::int64_t bytes) {
  left_ += bytes;
}

ReceiveWindow::~ReceiveWindow() {
  budget_.give_back(window_);
}

bool ReceiveWindow::grow_to(std::int64_t bytes) {
  if (!budget_.take(bytes - window_)) {
    return false;
  }
  window_ = bytes;
  return true;
}

std::int64_t ReceiveWindow::due(std::size_t waits) {
  if (window_ == 0) {
    return grow_to(kFirst) ? window_ : 0;
  }
  if (!is_due()) {
    return 0;
  }
  if (static_cast<std::int64_t>(waits) > window_ / 4) {
    stalled_ = true;
    return 0;
  }
  consumed_ = 0;
  const bool keeps_up = !std::exchange(stalled_, false);
  if (keeps_up && window_ < kMost) {
    // Without budget the window stays as it is.
    grow_to(std::min(window_ * 2, kMost));
  }
  return window_;
}

std::size_t ReceiveWindow::queue_limit() const {
  return kQueueBytes + static_cast<std::size_t>(window_ + window_ / 4);
}

}  // namespace minpaas::sshd
