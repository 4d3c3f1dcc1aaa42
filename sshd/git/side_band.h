#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/base/byte_stream.h"
#include "sshd/git/push_target.h"

namespace minpaas::sshd::git {

/// The way back to the pusher: side-band-64k of gitprotocol-pack(5) where the peer knows it, else
/// the report on stdout and the lines on stderr. After the first failed write it is silent: a push
/// that was taken goes on without its viewer. Thread: the one of the push.
class SideBand : public PushProgress {
 public:
  enum class Mode { Banded, Plain };

  SideBand(ExecStreams& streams, Mode mode,
           std::chrono::milliseconds keep_alive_after = std::chrono::seconds(5));

  /// Band 2, made safe for a terminal.
  void line(std::string_view text) override;

  [[nodiscard]] std::stop_token gone() const override { return streams_.gone; }

  /// The empty band 1 packet that git's receive.keepAlive sends.
  void keep_alive() override;

  /// Band 1.
  void report(std::string_view bytes);
  /// Band 3: the client stops with `remote: fatal: ...`. For internal faults and broken protocol.
  void fault(std::string_view text);
  /// The flush that ends the bands; without it the client calls a good push a failure.
  void finish();

  /// Whether a write has failed.
  [[nodiscard]] bool is_broken() const { return broken_; }

 private:
  void send(char band, std::string_view bytes);
  void put(ByteWriter& to, std::string_view bytes);

  ExecStreams& streams_;
  Mode mode_;
  std::chrono::milliseconds keep_alive_after_;
  SteadyTime last_sent_;
  bool broken_ = false;
};

}  // namespace minpaas::sshd::git
