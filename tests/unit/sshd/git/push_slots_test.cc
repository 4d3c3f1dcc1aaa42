#include "sshd/git/push_slots.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <vector>

namespace minpaas::sshd::git {
namespace {

const SteadyTime kNow{};
const SteadyTime kNever = SteadyTime::max();

TEST(PushSlots, BoundTheWholeAndEachRepository) {
  PushSlots slots(3, 2);
  auto first = slots.acquire("a", kNow, {});
  auto second = slots.acquire("a", kNow, {});
  ASSERT_TRUE(first && second);
  const auto third = slots.acquire("a", kNow, {});
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::Busy);
  auto other = slots.acquire("b", kNow, {});
  ASSERT_TRUE(other);
  EXPECT_FALSE(slots.acquire("c", kNow, {}));
}

TEST(PushSlots, GivePlacesBack) {
  PushSlots slots(1, 1);
  for (int i = 0; i < 3; ++i) {
    const auto slot = slots.acquire("a", kNow, {});
    EXPECT_TRUE(slot) << i;
  }
}

TEST(PushSlots, LetGoOfWaitersWhosePeerIsGone) {
  PushSlots slots(1, 1);
  const auto held = slots.acquire("a", kNow, {});
  std::stop_source gone;
  gone.request_stop();
  const auto slot = slots.acquire("a", kNever, gone.get_token());
  ASSERT_FALSE(slot);
  EXPECT_EQ(slot.error().code, ErrorCode::Cancelled);
}

TEST(PushSlots, GoOnWithWhoeverWaits) {
  PushSlots slots(2, 1);
  auto held = std::make_optional(slots.acquire("a", kNow, {}));
  auto waiter =
      std::async(std::launch::async, [&] { return slots.acquire("a", kNever, {}).has_value(); });
  // Another repository is not held up by the one that waits.
  EXPECT_TRUE(slots.acquire("b", kNever, {}));
  held.reset();
  EXPECT_TRUE(waiter.get());
}

TEST(PushSlots, NeverLetInMoreThanTheirNumber) {
  PushSlots slots(3, 2);
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        for (int round = 0; round < 50; ++round) {
          const auto slot = slots.acquire(i % 2 == 0 ? "a" : "b", kNever, {});
          const int now = ++inside;
          int seen = most;
          while (now > seen && !most.compare_exchange_weak(seen, now)) {
          }
          --inside;
        }
      });
    }
  }
  EXPECT_LE(most, 3);
}

}  // namespace
}  // namespace minpaas::sshd::git
