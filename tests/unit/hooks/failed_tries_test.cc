#include "hooks/access/failed_tries.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace minpaas::hooks {
namespace {

using Tries = FailedTries::Tries;

TEST(FailedTries, AreCountedAnewAfterAMinute) {
  test::FakeClock clock;
  FailedTries tries(clock);
  EXPECT_EQ(tries.note("192.0.2.1"), Tries::First);
  EXPECT_EQ(tries.note("192.0.2.2"), Tries::First);
  for (int i = 1; i < FailedTries::kMostAMinute; ++i) {
    EXPECT_EQ(tries.note("192.0.2.1"), Tries::Again);
  }
  EXPECT_EQ(tries.note("192.0.2.1"), Tries::TooMany);
  clock.advance(seconds(60));
  EXPECT_EQ(tries.note("192.0.2.1"), Tries::First);
}

TEST(FailedTries, AreCountedAnewAfterTheWindowThatIsAskedFor) {
  test::FakeClock clock;
  FailedTries tries(clock, std::chrono::hours(1));
  EXPECT_EQ(tries.note("blog a1b2c3"), Tries::First);
  clock.advance(std::chrono::minutes(59));
  EXPECT_EQ(tries.note("blog a1b2c3"), Tries::Again);
  clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(tries.note("blog a1b2c3"), Tries::First);
}

}  // namespace
}  // namespace minpaas::hooks
