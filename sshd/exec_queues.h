#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/byte_stream.h"
#include "core/base/fd.h"
#include "core/base/guarded.h"

/// The bounded queues between a connection's thread, which alone talks to libssh, and the thread of
/// an exec request, which may block.
namespace minpaas::sshd {

/// Bytes that one side of a channel may hold here before the other side has to wait, unless a queue
/// was given another limit.
inline constexpr std::size_t kQueueBytes = std::size_t{1} << 20;

/// Peer -> request. Thread: `read` on the request's, the rest on the connection's.
class InputQueue : public ByteReader {
 public:
  explicit InputQueue(std::shared_ptr<const WakeUp> connection)
      : connection_(std::move(connection)) {}

  /// How much may be pushed now. When that is nothing, the connection is woken once it is more.
  [[nodiscard]] std::size_t room();
  /// Bytes that the request has not read yet, but for the block that it is reading from. When there
  /// are any, the connection is woken once the request takes them.
  [[nodiscard]] std::size_t waiting();
  /// From now on so many bytes may wait.
  void set_limit(std::size_t bytes);
  /// Takes all of it, also beyond the room, for bytes that cannot be handed back. A reader that
  /// waits is not woken before much has come or `publish` is called, because waking it for every
  /// packet costs more than the packet.
  void push(std::span<const std::byte> bytes);
  /// Wakes the reader when something was pushed. To be called before the connection sleeps.
  void publish();
  /// No more bytes will come: reads return 0 after the last one.
  void finish();
  /// Reads fail with `why` from now on, what is left included. The first call counts.
  void break_off(Error why);

  Result<std::size_t> read(std::span<std::byte> into, SteadyTime deadline) override;

 private:
  struct State {
    std::vector<std::byte> bytes;
    std::size_t limit = kQueueBytes;
    bool finished = false;
    bool wake_at_refill = false;
    std::optional<Error> broken;
  };

  Result<void> refill(SteadyTime deadline);

  std::shared_ptr<const WakeUp> connection_;
  Guarded<State> state_;
  // The connection's own.
  bool unpublished_ = false;
  // The reader's own: swapped with `bytes` as a whole, so that copying happens outside the lock.
  std::vector<std::byte> front_;
  std::size_t front_used_ = 0;
};

enum class OutputStream { Out, Err };

/// Bytes for one of the two streams; the order among segments is the order of the writes.
struct OutputSegment {
  OutputStream stream;
  std::string bytes;
};

/// Request -> peer. Thread: `write` on the request's, the rest on the connection's.
class OutputQueue {
 public:
  explicit OutputQueue(std::shared_ptr<const WakeUp> connection)
      : connection_(std::move(connection)) {}

  /// Takes all of `bytes`, waiting for room. Errors: what break_off said; Timeout when nothing was
  /// taken for a quarter of an hour.
  Result<void> write(OutputStream stream, std::span<const std::byte> bytes);
  /// Everything written so far, which makes room.
  std::vector<OutputSegment> take();
  [[nodiscard]] bool empty() const;
  /// Writes fail with `why` from now on; what is left stays to be taken. The first call counts.
  void break_off(Error why);

 private:
  struct State {
    std::vector<OutputSegment> segments;
    std::size_t bytes = 0;
    std::optional<Error> broken;
  };

  /// Appends as much as there is room for. Returns how much that was.
  Result<std::size_t> append(OutputStream stream, std::span<const std::byte> bytes);

  std::shared_ptr<const WakeUp> connection_;
  Guarded<State> state_;
};

}  // namespace minpaas::sshd
