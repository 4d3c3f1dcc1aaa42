#include "hooks/access/refusals.h"

#include <arpa/inet.h>

#include "core/base/text.h"

namespace minpaas::hooks {
namespace {

/// Whoever has one IPv6 address has a /64 of them.
std::string source_of(const std::string& address) {
  const bool has_brackets = address.starts_with('[') && address.ends_with(']');
  const std::string bare = has_brackets ? address.substr(1, address.size() - 2) : address;
  in6_addr v6{};
  if (::inet_pton(AF_INET6, bare.c_str(), &v6) != 1 || IN6_IS_ADDR_V4MAPPED(&v6)) {
    return address;
  }
  return to_hex({v6.s6_addr, sizeof v6.s6_addr / 2});
}

std::string counted_as(const Refusals::Peer& peer) {
  const std::string source = source_of(peer.address);
  switch (peer.credential) {
    case Refusals::Peer::Credential::None:
      return source + " without a credential";
    case Refusals::Peer::Credential::Unknown:
      return source + " with one";
    case Refusals::Peer::Credential::Known:
      break;
  }
  return source + " with " + peer.key_fingerprint + peer.token_id;
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
