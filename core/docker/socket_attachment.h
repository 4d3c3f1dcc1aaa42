#pragma once

#include <memory>
#include <vector>

#include "core/base/fd.h"
#include "core/docker/attach_frames.h"
#include "core/docker/hijack.h"

namespace minpaas::docker {

/// How the program's output comes: with a terminal as it is, else in frames.
enum class Framing { None, Frames };

/// An Attachment over a hijacked connection. It holds one block of output; what is not read waits
/// in the engine, which in turn lets the program wait.
class SocketAttachment : public Attachment {
 public:
  static Result<std::unique_ptr<Attachment>> make(Hijacked connection, Framing framing);

  Result<ProgramOutput> read(const std::stop_token& stop) override;
  Result<void> write(std::span<const std::byte> bytes, const std::stop_token& stop) override;
  void end_input() override;

 private:
  SocketAttachment(Hijacked connection, Framing framing, WakeUp reader, WakeUp writer);

  Result<void> refill(const std::stop_token& stop);
  Result<std::optional<ProgramOutput>> next_piece();
  Result<void> wait(short events, const WakeUp& wake, const std::stop_token& stop);

  Fd socket_;
  Framing framing_;
  AttachFrames frames_;
  /// What was received; `unread_` is the rest of it.
  std::vector<std::byte> block_;
  std::span<const std::byte> unread_;
  bool ended_ = false;
  WakeUp reader_;
  WakeUp writer_;
};

}  // namespace minpaas::docker
