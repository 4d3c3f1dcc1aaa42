#include "hooks/containers/side_by_side.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <vector>

namespace minpaas::hooks {
namespace {

/// The engine is busy for only half of each call, so more calls at once do not help.
constexpr std::size_t kMostAtOnce = 6;

}  // namespace

void side_by_side(std::size_t count, const std::function<bool(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  const auto some = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      bool goes_on = false;
      try {
        goes_on = work(i);
      } catch (...) {
        next = count;
        throw;
      }
      if (!goes_on) {
        next = count;
      }
    }
  };
  std::vector<std::future<void>> others;
  for (std::size_t i = 1; i < std::min(count, kMostAtOnce); ++i) {
    others.push_back(std::async(std::launch::async, some));
  }
  some();
  for (auto& other : others) {
    other.get();
  }
}

}  // namespace minpaas::hooks
