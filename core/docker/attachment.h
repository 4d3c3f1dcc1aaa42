#pragma once

#include <cstddef>
#include <span>
#include <stop_token>

#include "core/base/result.h"

namespace minpaas::docker {

enum class LogStream { Out, Err };

/// A piece of what a program printed; all of it is Out where the program has a terminal.
struct ProgramOutput {
  LogStream stream = LogStream::Out;
  std::span<const std::byte> bytes;
};

/// The three streams of a program that runs in a container. Nothing is kept here: a program whose
/// output is not read waits, and so does who writes more than the program reads. Closing them (the
/// destructor) ends the program's input and leaves the program alone.
class Attachment {
 public:
  virtual ~Attachment() = default;
  /// Waits for output. The bytes are valid until the next call; there are none at the end, when
  /// all that hold the program's output have ended. Errors: Cancelled (`stop`), Unavailable (the
  /// engine went away), Corrupt. Thread: one.
  virtual Result<ProgramOutput> read(const std::stop_token& stop) = 0;
  /// Takes all of `bytes`. Errors: Cancelled (`stop`), Disconnected (nothing reads it any more).
  /// Thread: one, which may be another than that of `read`.
  virtual Result<void> write(std::span<const std::byte> bytes, const std::stop_token& stop) = 0;
  /// The program's input is at its end. Thread: as `write`.
  virtual void end_input() = 0;
};

}  // namespace minpaas::docker
