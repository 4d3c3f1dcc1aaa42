#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>

#include "config/settings.h"
#include "core/base/guarded.h"
#include "sshd/penalties.h"
#include "sshd/source_address.h"

namespace minpaas::sshd {

/// Why a connection was closed before a byte of it was read.
enum class Refusal { Penalty, TooMany, TooManyUnauthenticated, TooManyFromAddress };

std::string_view to_string(Refusal refusal);

/// Counts connections against the caps of the settings, in all and per address, and keeps the
/// penalties. Thread: any.
class Admission {
 public:
  /// One counted connection; counts until it is destroyed.
  class Ticket {
   public:
    Ticket(Admission& admission, SourceAddress source) : admission_(&admission), source_(source) {}

    Ticket(Ticket&& other) noexcept;
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket();

    /// It has logged in, and no longer counts as unauthenticated. May be called once.
    void authenticated();
    void offend(Offence offence) const;
    /// More than half of the places for connections that log in are taken.
    [[nodiscard]] bool is_crowded() const;

   private:
    Admission* admission_;
    SourceAddress source_;
    bool authenticated_ = false;
  };

  struct Open {
    int all = 0;
    int unauthenticated = 0;
  };

  /// Connections that are open now.
  [[nodiscard]] Open open() const;

  enum class Loopback { Exempt, Penalized };

  /// `loopback` is Exempt in programs: a person on this machine must not be able to lock out the
  /// others on it.
  Admission(const config::SshSettings& settings, const Clock& clock, Loopback loopback);

  /// A ticket, or why there is none.
  std::variant<Ticket, Refusal> enter(const SourceAddress& source);

 private:
  struct Counts {
    int all = 0;
    int unauthenticated = 0;
  };

  struct State {
    explicit State(const Clock& clock) : penalties(clock) {}

    Counts total;
    std::map<SourceAddress, Counts> by_source;
    Penalties penalties;
  };

  [[nodiscard]] std::optional<Refusal> refusal_for(const State& state,
                                                   const SourceAddress& source) const;
  [[nodiscard]] bool penalizes(const SourceAddress& source) const;

  const config::SshSettings settings_;
  const Loopback loopback_;
  Guarded<State> state_;
};

}  // namespace minpaas::sshd
