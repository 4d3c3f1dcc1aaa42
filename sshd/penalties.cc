#include "sshd/penalties.h"

#include <algorithm>

namespace minpaas::sshd {
namespace {

constexpr seconds kEnforcedFrom{15};
constexpr seconds kMost{600};

seconds cost_of(Offence offence) {
  switch (offence) {
    case Offence::AuthenticationFailed:
      return seconds(5);
    case Offence::NoAuthentication:
      return seconds(1);
    case Offence::GraceExceeded:
      return seconds(10);
    case Offence::Crash:
      return seconds(90);
  }
  return seconds(0);
}

}  // namespace

void Penalties::add(const SourceAddress& source, Offence offence) {
  const SteadyTime now = clock_.steady();
  auto found = entries_.find(source);
  if (found == entries_.end()) {
    if (entries_.size() >= kMostSources) {
      drop_expired();
    }
    if (entries_.size() >= kMostSources) {
      return;
    }
    found = entries_.emplace(source, Entry{now}).first;
  }
  Entry& entry = found->second;
  if (entry.until <= now) {
    entry = Entry{now};
  }
  entry.until = std::min(entry.until + cost_of(offence), now + kMost);
  entry.enforced = entry.enforced || entry.until - now >= kEnforcedFrom;
}

bool Penalties::refuses(const SourceAddress& source) const {
  const auto found = entries_.find(source);
  return found != entries_.end() && found->second.enforced && found->second.until > clock_.steady();
}

void Penalties::drop_expired() {
  const SteadyTime now = clock_.steady();
  std::erase_if(entries_, [now](const auto& item) { return item.second.until <= now; });
}

}  // namespace minpaas::sshd
