#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/docker/engine.h"

namespace minpaas::docker {

/// Takes the multiplexed stream of GET /containers/{id}/logs?timestamps=1 apart: frames of
/// {1=stdout|2=stderr, 0, 0, 0, length as 32 bits big-endian} and a payload of one log entry,
/// `TIME text\n`. Entries beyond 16 KB come in several frames, only the last ending in \n; they are
/// joined again. A line of more than 64 KiB is given in pieces, with kTextGoesOn at each cut.
/// Thread: one.
class LogFrames {
 public:
  explicit LogFrames(const LogSink& sink) : sink_(sink) {}

  /// False once the sink has returned false or the stream is broken.
  bool feed(std::string_view piece);
  /// Gives the lines that had no end: a program's last words.
  void finish();

  /// It is no such stream: an unknown kind or an absurd length.
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  struct Open {
    std::string text;
    SystemTime at{};
    bool begun = false;
    bool continues = false;
  };

  void take_frame(LogStream stream, std::string_view payload);
  void give(LogStream stream, Open& open, std::string_view goes_on);

  const LogSink& sink_;
  std::string buffer_;
  std::array<Open, 2> open_;
  bool broken_ = false;
  bool ended_ = false;
};

}  // namespace minpaas::docker
