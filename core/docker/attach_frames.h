#pragma once

#include <array>
#include <optional>

#include "core/docker/attachment.h"

namespace minpaas::docker {

/// Takes the multiplexed stream of an attachment without a terminal apart: frames of {1=stdout|
/// 2=stderr, 0, 0, 0, length as 32 bits big-endian} and a payload of bytes. Holds nothing but a
/// header that is not complete. Thread: one.
class AttachFrames {
 public:
  /// Takes bytes from the front of `bytes` up to the end of a piece of output, and returns that;
  /// absent when it has taken all of them without one. Errors: Corrupt, it is no such stream.
  Result<std::optional<ProgramOutput>> next(std::span<const std::byte>& bytes);

  /// Whether the stream may end here.
  [[nodiscard]] bool between_frames() const { return left_ == 0 && header_bytes_ == 0; }

 private:
  Result<void> read_header();

  std::array<std::byte, 8> header_{};
  std::size_t header_bytes_ = 0;
  std::size_t left_ = 0;
  LogStream stream_ = LogStream::Out;
};

}  // namespace minpaas::docker
