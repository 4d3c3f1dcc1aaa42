#include "sshd/receive_window.h"

#include <gtest/gtest.h>

#include "sshd/exec_queues.h"

namespace minpaas::sshd {
namespace {

constexpr std::int64_t kMegabyte = std::int64_t{1} << 20;

/// Consumes what the next step needs and returns the window asked for.
std::int64_t step(ReceiveWindow& window, std::int64_t size) {
  window.consumed(static_cast<std::size_t>(size / 4));
  return window.due(0);
}

TEST(ReceiveWindows, GrowFromTwoToSixteenMegabytesWhileTheConsumerKeepsUp) {
  WindowBudget budget(256 * kMegabyte);
  ReceiveWindow window(budget);
  EXPECT_EQ(window.due(0), 2 * kMegabyte);
  EXPECT_EQ(step(window, 2 * kMegabyte), 4 * kMegabyte);
  EXPECT_EQ(step(window, 4 * kMegabyte), 8 * kMegabyte);
  EXPECT_EQ(step(window, 8 * kMegabyte), 16 * kMegabyte);
  EXPECT_EQ(step(window, 16 * kMegabyte), 16 * kMegabyte);
}

TEST(ReceiveWindows, WaitForAQuarterToBeConsumed) {
  WindowBudget budget(256 * kMegabyte);
  ReceiveWindow window(budget);
  ASSERT_EQ(window.due(0), 2 * kMegabyte);
  window.consumed(static_cast<std::size_t>(kMegabyte / 2 - 1));
  EXPECT_EQ(window.due(0), 0);
  window.consumed(1);
  EXPECT_GT(window.due(0), 0);
  EXPECT_EQ(window.due(0), 0);
}

TEST(ReceiveWindows, WaitForAConsumerThatDoesNotKeepUpAndThenDoNotGrow) {
  WindowBudget budget(256 * kMegabyte);
  ReceiveWindow window(budget);
  ASSERT_EQ(window.due(0), 2 * kMegabyte);
  window.consumed(static_cast<std::size_t>(kMegabyte));
  EXPECT_EQ(window.due(static_cast<std::size_t>(kMegabyte / 2 + 1)), 0);
  EXPECT_EQ(window.due(static_cast<std::size_t>(kMegabyte / 2)), 2 * kMegabyte);
  EXPECT_EQ(step(window, 2 * kMegabyte), 4 * kMegabyte);
}

TEST(ReceiveWindows, LetAllThatCanComeWaitInTheQueue) {
  WindowBudget budget(256 * kMegabyte);
  ReceiveWindow window(budget);
  EXPECT_EQ(window.queue_limit(), kQueueBytes);
  ASSERT_EQ(window.due(0), 2 * kMegabyte);
  EXPECT_GE(window.queue_limit(), static_cast<std::size_t>(2 * kMegabyte + kMegabyte / 2));
}

TEST(ReceiveWindows, StayWithinTheBudgetOfTheServer) {
  WindowBudget budget(7 * kMegabyte);
  ReceiveWindow first(budget);
  EXPECT_EQ(first.due(0), 2 * kMegabyte);
  EXPECT_EQ(step(first, 2 * kMegabyte), 4 * kMegabyte);
  EXPECT_EQ(step(first, 4 * kMegabyte), 4 * kMegabyte);
  ReceiveWindow second(budget);
  EXPECT_EQ(second.due(0), 2 * kMegabyte);
  ReceiveWindow third(budget);
  EXPECT_EQ(third.due(0), 0);
}

TEST(ReceiveWindows, GiveTheirBudgetBack) {
  WindowBudget budget(2 * kMegabyte);
  for (int i = 0; i < 3; ++i) {
    ReceiveWindow window(budget);
    EXPECT_EQ(window.due(0), 2 * kMegabyte);
  }
}

}  // namespace
}  // namespace minpaas::sshd
