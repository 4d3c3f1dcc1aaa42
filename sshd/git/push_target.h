#pragma once

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/oid.h"
#include "core/base/result.h"
#include "core/git/pack_receiver.h"
#include "core/git/repository.h"

namespace minpaas::sshd::git {

/// A command of the push, with its ref name as sent (it may be no valid name).
struct RefCommand {
  std::string ref;
  Oid old_oid;
  Oid new_oid;

  [[nodiscard]] bool is_delete() const { return new_oid.is_zero(); }
};

/// What the client asks for, as parsed from the wire.
struct Push {
  std::vector<RefCommand> commands;
  std::vector<std::string> options;
  /// All commands or none.
  bool atomic = false;
};

/// Reason of a refused command in a few words, without line end: what `ng <ref> <reason>` carries.
using Refusal = std::optional<std::string>;

/// Lines to the pusher (side-band 2). They are sanitised and cut into packets by the transport.
class PushProgress {
 public:
  virtual ~PushProgress() = default;
  /// A whole line without its end. A peer that is gone is not an error here.
  virtual void line(std::string_view text) = 0;
  /// Requested when the peer is gone: `apply` may then return early, its result is not sent.
  [[nodiscard]] virtual std::stop_token gone() const = 0;
  /// Keeps the connection alive (an empty side-band packet) when nothing was said for a while.
  /// To be called at least every second while waiting.
  virtual void keep_alive() = 0;
};

/// What becomes of the commands of a push: a bare repository just moves its refs, a deploy
/// server makes a release first. Thread: the one of the push.
class PushTarget {
 public:
  virtual ~PushTarget() = default;
  /// Before a byte of the pack is stored: one answer per command, in order.
  virtual std::vector<Refusal> admit(const Push& push, PushProgress& progress) = 0;
  /// After the objects are checked and kept, without the PushLock: does what the push asks for and
  /// moves the refs. `push` holds the admitted commands only. One answer per command, in order.
  virtual std::vector<Refusal> apply(const Push& push, PushProgress& progress) = 0;
};

}  // namespace minpaas::sshd::git
