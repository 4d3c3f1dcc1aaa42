#pragma once

#include <functional>
#include <optional>

#include "core/base/console.h"
#include "core/docker/attachment.h"
#include "hooks/programs/first_words.h"

namespace minpaas::hooks {

/// A program that someone sits in front of: its streams, and what can be done to it. Each function
/// may be called from another thread than the others.
struct AttendedProgram {
  docker::Attachment& streams;
  std::function<Result<void>(Signal)> signal;
  std::function<Result<void>(WindowSize)> resize;
  /// Keeps from the peer what the engine says in the program's place.
  FirstWords& first;
};

/// Carries bytes, signals and sizes between a program and its peer, until the program's output has
/// ended. Nothing is kept: who reads slowly, slows the other down. It leaves the program as it is.
/// `window`: the program has a terminal, of this size at first. Errors: Cancelled (`peer.gone`),
/// Disconnected (the peer takes no more), those of the attachment.
Result<void> attend(const AttendedProgram& program, std::optional<WindowSize> window,
                    ExecStreams& peer);

}  // namespace minpaas::hooks
