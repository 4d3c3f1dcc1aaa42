#include "hooks/access/refusals.h"

namespace minpaas::hooks {
namespace {

std::string counted_as(const Refusals::Peer& peer) {
  switch (peer.credential) {
    case Refusals::Peer::Credential::None:
      return peer.address + " without a credential";
    case Refusals::Peer::Credential::Unknown:
      return peer.address + " with one";
    case Refusals::Peer::Credential::Known:
      break;
  }
  return peer.address + " with " + peer.key_fingerprint + peer.token_id;
}

}  // namespace

void Refusals::note(const Peer& peer, std::string action, std::string detail) {
  if (tries_.note(counted_as(peer)) != FailedTries::Tries::First) {
    return;
  }
  Actor actor;
  actor.name = peer.name;
  actor.role = Role::Stranger;
  actor.key_fingerprint = peer.key_fingerprint;
  actor.token_id = peer.token_id;
  actor.from = peer.from;
  events_.record(
      actor,
      {.app = "", .action = std::move(action), .detail = std::move(detail), .result = "denied"});
}

}  // namespace minpaas::hooks
