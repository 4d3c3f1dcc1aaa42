#pragma once

#include <utility>

#include "core/base/result.h"

namespace minpaas {

/// Owns a file descriptor; the only class that calls close().
class Fd {
 public:
  Fd() = default;

  explicit Fd(int fd) : fd_(fd) {}

  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

  Fd& operator=(Fd&& other) noexcept;
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;

  ~Fd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }

  explicit operator bool() const { return fd_ >= 0; }

  /// Gives the descriptor away; the caller closes it.
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

  void reset();

 private:
  int fd_ = -1;
};

/// An eventfd (close-on-exec, non-blocking) that wakes a poll loop from any thread.
class WakeUp {
 public:
  static Result<WakeUp> make();

  [[nodiscard]] int fd() const { return fd_.get(); }

  /// Thread: any. Never blocks.
  void signal() const;
  /// Thread: the poll loop. Makes the descriptor unreadable again.
  void clear() const;

 private:
  explicit WakeUp(Fd fd) : fd_(std::move(fd)) {}

  Fd fd_;
};

}  // namespace minpaas
