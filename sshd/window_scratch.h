#pragma once

#include <cstddef>

namespace minpaas::sshd {

/// Address space as large as the largest receive window. libssh grows a window by being asked to
/// read that much; memory is only used for bytes that really come. Mapped at the first use.
/// Thread: one.
class WindowScratch {
 public:
  WindowScratch() = default;
  WindowScratch(const WindowScratch&) = delete;
  WindowScratch& operator=(const WindowScratch&) = delete;
  ~WindowScratch();

  /// kMost of ReceiveWindow bytes, or null when the system has none.
  std::byte* get();

 private:
  void* mapped_ = nullptr;
};

}  // namespace minpaas::sshd
