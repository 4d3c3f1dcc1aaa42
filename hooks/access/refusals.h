#pragma once

#include <string>

#include "hooks/access/failed_tries.h"
#include "hooks/service/events.h"

namespace minpaas::hooks {

/// Puts on record who was turned away at the door, before they were anybody. Thread: any.
class Refusals {
 public:
  Refusals(Events& events, const Clock& clock) : events_(events), tries_(clock) {}

  struct Peer {
    std::string address;
    /// The same with the port, where it is known.
    std::string from;
    /// Of the key that they came with, if any.
    std::string key_fingerprint = {};
    /// They came with a key or token, and it does not hold.
    bool had_credential = false;
  };

  /// Only the first of an address within a minute gets there: more would let anybody fill the disk.
  /// Those with a credential count apart, since who comes without one before would hide them.
  void note(const Peer& peer, std::string action, std::string detail = "");

 private:
  Events& events_;
  FailedTries tries_;
};

}  // namespace minpaas::hooks
