#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <stop_token>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace minpaas {

class Console;

/// A source of bytes: a channel's input, a file descriptor, a buffer in tests. Thread: one reader.
class ByteReader {
 public:
  virtual ~ByteReader() = default;
  /// Reads at least one byte, or 0 at the end. Blocks until `deadline` at the latest.
  /// Errors: Timeout (deadline), Disconnected (peer gone before the end), Cancelled (stopping).
  virtual Result<std::size_t> read(std::span<std::byte> into, SteadyTime deadline) = 0;
};

/// A sink of bytes. Thread: one writer.
class ByteWriter {
 public:
  virtual ~ByteWriter() = default;
  /// Takes all of `bytes`; blocks while the peer does not read (bounded memory).
  /// Errors: Disconnected, Timeout when the peer stalls for too long.
  virtual Result<void> write(std::span<const std::byte> bytes) = 0;

  Result<void> write(std::string_view text) {
    return write(std::as_bytes(std::span(text.data(), text.size())));
  }
};

/// What a program run over SSH has: three streams and the news that the peer is gone.
struct ExecStreams {
  ByteReader& in;
  ByteWriter& out;
  ByteWriter& err;
  /// Requested when the peer has closed the channel or the connection, or typed Ctrl-C in a
  /// terminal session: a program that waits ends.
  std::stop_token gone;
  /// What the peer says beside its bytes; null where nobody listens to that.
  Console* console = nullptr;
};

/// Reads from a descriptor it does not own. Works with blocking and non-blocking ones.
class FdReader : public ByteReader {
 public:
  explicit FdReader(int fd) : fd_(fd) {}

  using ByteReader::read;
  Result<std::size_t> read(std::span<std::byte> into, SteadyTime deadline) override;

 private:
  int fd_;
};

/// Writes to a descriptor it does not own. SIGPIPE must be ignored by the process.
class FdWriter : public ByteWriter {
 public:
  explicit FdWriter(int fd) : fd_(fd) {}

  using ByteWriter::write;
  Result<void> write(std::span<const std::byte> bytes) override;

 private:
  int fd_;
};

}  // namespace minpaas
