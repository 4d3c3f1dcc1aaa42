#pragma once

#include <optional>
#include <stop_token>
#include <string_view>
#include <variant>

#include "core/base/byte_stream.h"

namespace minpaas {

/// Of a terminal, in characters.
struct WindowSize {
  int columns = 80;
  int rows = 24;

  bool operator==(const WindowSize&) const = default;
};

/// The signals that a peer may send (RFC 4254 6.10).
enum class Signal { Abrt, Alrm, Fpe, Hup, Ill, Int, Kill, Pipe, Quit, Segv, Term, Usr1, Usr2 };

/// `TERM`, without SIG.
std::optional<Signal> parse_signal(std::string_view name);
std::string_view to_string(Signal signal);
/// SIGTERM.
int number_of(Signal signal);

/// What a peer says beside the bytes that it sends.
using ConsoleEvent = std::variant<WindowSize, Signal>;

/// The other end of a program that is run for a peer, beside its byte streams.
class Console {
 public:
  virtual ~Console() = default;
  /// Output as it is, for a program with a terminal of its own, which ends lines itself. Where
  /// there is no terminal it is the standard output. Thread: that of the other writers.
  virtual ByteWriter& screen() = 0;
  /// Reads of the input end with Cancelled from now on, also one that waits. Thread: any.
  virtual void leave_input() = 0;
  /// Waits for the next event; absent once `stop` is requested. Thread: one.
  virtual std::optional<ConsoleEvent> next(const std::stop_token& stop) = 0;
};

}  // namespace minpaas
