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
    /// The owner of what they came with, where they have shown that they have it.
    std::string name = "-";
    /// Of the key that they came with, if any.
    std::string key_fingerprint = {};
    /// Of the token that they came with, if it is known.
    std::string token_id = {};
    /// What they came with: nothing, a key or token that nobody knows, one that is known and does
    /// not hold.
    enum class Credential { None, Unknown, Known } credential = Credential::None;
  };

  /// Only the first of an address within a minute gets there: more would let anybody fill the disk.
  /// Those with a credential count apart, since who comes without one before would hide them, and
  /// so does each credential that is known: there are not many.
  void note(const Peer& peer, std::string action, std::string detail = "");

 private:
  Events& events_;
  FailedTries tries_;
};

}  // namespace minpaas::hooks
