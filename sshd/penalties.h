#pragma once

#include <cstddef>
#include <map>

#include "core/base/clock.h"
#include "sshd/source_address.h"

namespace minpaas::sshd {

/// How a connection misbehaved. Names and durations follow PerSourcePenalties of sshd_config(5).
enum class Offence {
  /// Keys or passwords were tried and none was right.
  AuthenticationFailed,
  /// Left, or sent nonsense, before it tried to log in.
  NoAuthentication,
  /// Was not logged in when the grace time ended.
  GraceExceeded,
  /// Tried to make the server spin.
  Crash,
};

/// Addresses that may not connect for a while. Offences add up; the sum is enforced from 15 s on,
/// so that one mistake costs nothing, and never exceeds 10 minutes. Thread: one (Admission locks).
class Penalties {
 public:
  explicit Penalties(const Clock& clock) : clock_(clock) {}

  /// Adds the time that `offence` costs. When the table is full of addresses that are all still
  /// penalised, a new one goes free.
  void add(const SourceAddress& source, Offence offence);
  /// Whether connections from `source` are to be closed at once.
  [[nodiscard]] bool refuses(const SourceAddress& source) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  static constexpr std::size_t kMostSources = 65536;

 private:
  struct Entry {
    SteadyTime until;
    /// The sum has reached the threshold; it is enforced until it has run out.
    bool enforced = false;
  };

  void drop_expired();

  const Clock& clock_;
  std::map<SourceAddress, Entry> entries_;
};

}  // namespace minpaas::sshd
