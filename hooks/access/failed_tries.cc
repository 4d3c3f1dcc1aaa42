#include "hooks/access/failed_tries.h"

namespace minpaas::hooks {

FailedTries::Tries FailedTries::note(const std::string& address) {
  const auto now = clock_.steady();
  return counts_.with([&](std::map<std::string, Count>& counts) {
    if (counts.size() >= kMostAddresses) {
      std::erase_if(counts, [&](const auto& entry) { return entry.second.begin + window_ <= now; });
    }
    if (counts.size() >= kMostAddresses && !counts.contains(address)) {
      return Tries::TooMany;
    }
    Count& count = counts[address];
    if (count.tries == 0 || count.begin + window_ <= now) {
      count = {now, 0};
    }
    ++count.tries;
    if (count.tries > kMostAMinute) {
      return Tries::TooMany;
    }
    return count.tries == 1 ? Tries::First : Tries::Again;
  });
}

}  // namespace minpaas::hooks
