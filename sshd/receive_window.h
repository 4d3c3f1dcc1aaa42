#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace minpaas::sshd {

/// Bytes that all receive windows of the server may add up to: what peers can make it hold when
/// nothing consumes. Thread: any.
class WindowBudget {
 public:
  explicit WindowBudget(std::int64_t bytes) : left_(bytes) {}

  /// False, and nothing taken, when so much is not left.
  bool take(std::int64_t bytes);
  void give_back(std::int64_t bytes);

 private:
  std::atomic<std::int64_t> left_;
};

/// How large the receive window of one channel should be. libssh keeps it at 1.28 MB, which limits
/// an upload to 640 KB per round trip; this grows it from 2 MB to 16 MB while the consumer keeps
/// up, and leaves it to libssh as soon as it does not. Thread: the connection's.
class ReceiveWindow {
 public:
  explicit ReceiveWindow(WindowBudget& budget) : budget_(budget) {}

  ReceiveWindow(const ReceiveWindow&) = delete;
  ReceiveWindow& operator=(const ReceiveWindow&) = delete;
  ~ReceiveWindow();

  void consumed(std::size_t bytes) { consumed_ += static_cast<std::int64_t>(bytes); }

  /// Something has been consumed, now or for an earlier window.
  [[nodiscard]] bool has_consumed() const { return consumed_ > 0 || window_ > 0; }

  /// Whether `due` is worth asking.
  [[nodiscard]] bool is_due() const { return window_ == 0 || consumed_ >= window_ / 4; }

  /// The window to ask of libssh, or 0: at the first call, and whenever a quarter of the last
  /// window has been consumed and no more than that `waits` for the request to read it.
  std::int64_t due(std::size_t waits);
  /// How much may wait for the request: all that can come through the window, so that libssh need
  /// not keep it. It moves what it keeps at every packet, which makes megabytes slow.
  [[nodiscard]] std::size_t queue_limit() const;

  static constexpr std::int64_t kFirst = std::int64_t{2} << 20;
  static constexpr std::int64_t kMost = std::int64_t{16} << 20;

 private:
  bool grow_to(std::int64_t bytes);

  WindowBudget& budget_;
  std::int64_t window_ = 0;
  std::int64_t consumed_ = 0;
  bool stalled_ = false;
};

}  // namespace minpaas::sshd
