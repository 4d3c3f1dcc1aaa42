#include "http/failed_tries.h"

namespace minpaas::http {
namespace {

constexpr seconds kWindow{60};

}  // namespace

bool FailedTries::note(const std::string& address) {
  const auto now = clock_.steady();
  return counts_.with([&](std::map<std::string, Count>& counts) {
    if (counts.size() >= kMostAddresses) {
      std::erase_if(counts, [&](const auto& entry) { return entry.second.begin + kWindow <= now; });
    }
    if (counts.size() >= kMostAddresses && !counts.contains(address)) {
      return false;
    }
    Count& count = counts[address];
    if (count.tries == 0 || count.begin + kWindow <= now) {
      count = {now, 0};
    }
    ++count.tries;
    return count.tries <= kMostAMinute;
  });
}

}  // namespace minpaas::http
