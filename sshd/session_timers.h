#pragma once

#include <cstdint>
#include <optional>

#include "core/base/clock.h"

namespace minpaas::sshd {

/// What the timers look at, taken every turn of a connection's loop.
struct SessionActivity {
  bool authenticated = false;
  /// Many connections are logging in.
  bool crowded = false;
  /// At least one request runs, or its output is still on the way.
  bool busy = false;
  /// Bytes received and sent on the socket so far.
  std::uint64_t in_bytes = 0;
  std::uint64_t out_bytes = 0;
  /// libssh holds output that the socket did not take.
  bool socket_backlog = false;
  /// A request's output waits because the peer's window is shut.
  bool output_waits = false;
  /// Bytes of output given to libssh so far, all channels together.
  std::uint64_t output_bytes = 0;
};

/// Why a connection has to end.
enum class Expiry {
  /// Not logged in in time.
  Grace,
  /// Nothing has run for the idle time.
  Idle,
  /// The socket took no byte, or the peer's window stayed shut, for too long.
  Stalled,
  /// Nothing came from the peer although it was asked for an answer.
  PeerSilent,
};

/// The timers of one connection, without a clock of their own. Thread: one.
class SessionTimers {
 public:
  struct Limits {
    seconds grace{30};
    /// Also how long a peer's window may stay shut: a pager that a person reads.
    seconds idle{600};
    /// As TCP_USER_TIMEOUT: long enough for a laptop between two networks.
    seconds socket_stall{120};
    seconds silence{120};
    /// libssh without blocking sends a keepalive on every second call only, so this is half the
    /// interval between two. Proxies cut silent connections after 60 to 90 s.
    seconds keepalive{15};
    /// Grace while many are logging in: who takes a place must use it. People need a second or two.
    seconds crowded_grace{5};
    /// How often one that has not logged in looks whether it has become crowded.
    seconds crowd_look{1};
  };

  SessionTimers(const Limits& limits, SteadyTime now);

  /// Looks at all timers. Absent: go on.
  std::optional<Expiry> check(SteadyTime now, const SessionActivity& activity);
  /// True when a keepalive is to be sent; counts as sent then.
  bool keepalive_due(SteadyTime now);
  /// How long the loop may sleep.
  [[nodiscard]] milliseconds until_next(SteadyTime now) const;

 private:
  void note(SteadyTime now, const SessionActivity& activity);

  const Limits limits_;
  const SteadyTime started_;
  SteadyTime last_received_;
  SteadyTime last_sent_;
  SteadyTime last_busy_;
  SteadyTime backlog_since_;
  SteadyTime waits_since_;
  SteadyTime last_keepalive_;
  bool authenticated_ = false;
  std::uint64_t in_bytes_ = 0;
  std::uint64_t out_bytes_ = 0;
  std::uint64_t output_bytes_ = 0;
};

}  // namespace minpaas::sshd
