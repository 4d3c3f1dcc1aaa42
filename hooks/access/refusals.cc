#include "hooks/access/refusals.h"

namespace minpaas::hooks {

void Refusals::note(const Peer& peer, std::string action, std::string detail) {
  const std::string kind = peer.had_credential ? " with a credential" : " without one";
  if (tries_.note(peer.address + kind) != FailedTries::Tries::First) {
    return;
  }
  Actor nobody;
  nobody.name = "-";
  nobody.role = Role::Stranger;
  nobody.key_fingerprint = peer.key_fingerprint;
  nobody.from = peer.from;
  events_.record(
      nobody,
      {.app = "", .action = std::move(action), .detail = std::move(detail), .result = "denied"});
}

}  // namespace minpaas::hooks
