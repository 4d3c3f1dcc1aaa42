#include "core/app/cron_schedule.h"

#include <gtest/gtest.h>

namespace minpaas {
namespace {

CronSchedule schedule(std::string_view text) {
  return CronSchedule::parse(text).value();
}

TEST(CronSchedule, MatchesItsMinutesAndHours) {
  const auto at = schedule(" 30 2,14 * * * ");
  EXPECT_EQ(at.str(), "30 2,14 * * *");
  EXPECT_TRUE(at.matches(30, 2, 1, 1, 0));
  EXPECT_TRUE(at.matches(30, 14, 31, 12, 6));
  EXPECT_FALSE(at.matches(31, 2, 1, 1, 0));
  EXPECT_FALSE(at.matches(30, 3, 1, 1, 0));
}

TEST(CronSchedule, KnowsStepsRangesAndNames) {
  const auto at = schedule("*/20 9-17/4 * Feb-mar MON-fri");
  EXPECT_TRUE(at.matches(40, 13, 5, 3, 5));
  EXPECT_FALSE(at.matches(41, 13, 5, 3, 5));
  EXPECT_FALSE(at.matches(40, 12, 5, 3, 5));
  EXPECT_FALSE(at.matches(40, 13, 5, 4, 5));
  EXPECT_FALSE(at.matches(40, 13, 5, 3, 6));
  EXPECT_TRUE(schedule("5/15 * * * *").matches(35, 0, 1, 1, 0));
}

TEST(CronSchedule, TakesEitherKindOfDayWhenBothAreRestricted) {
  const auto at = schedule("0 0 13 * fri");
  EXPECT_TRUE(at.matches(0, 0, 13, 1, 2));
  EXPECT_TRUE(at.matches(0, 0, 1, 1, 5));
  EXPECT_FALSE(at.matches(0, 0, 1, 1, 2));
  EXPECT_FALSE(schedule("0 0 13 * *").matches(0, 0, 1, 1, 5));
}

TEST(CronSchedule, CountsSundayTwice) {
  EXPECT_TRUE(schedule("0 0 * * 7").matches(0, 0, 1, 1, 0));
  EXPECT_TRUE(schedule("0 0 * * 5-7").matches(0, 0, 1, 1, 0));
}

TEST(CronSchedule, KnowsTheUsualNames) {
  EXPECT_TRUE(schedule("@hourly").matches(0, 5, 9, 9, 3));
  EXPECT_TRUE(schedule("@daily").matches(0, 0, 9, 9, 3));
  EXPECT_FALSE(schedule("@weekly").matches(0, 0, 9, 9, 3));
  EXPECT_TRUE(schedule("@monthly").matches(0, 0, 1, 9, 3));
  EXPECT_TRUE(schedule("@yearly").matches(0, 0, 1, 1, 3));
}

TEST(CronSchedule, RefusesWhatIsNone) {
  for (const char* text :
       {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *",
        "* * * 13 *", "* * * * 8", "5-1 * * * *", "*/0 * * * *", "a * * * *", "@reboot",
        "1,,2 * * * *", "-1 * * * *", "* * * foo *", "*/x * * * *", "1- * * * *"}) {
    const auto parsed = CronSchedule::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::InvalidInput);
  }
  EXPECT_EQ(CronSchedule::parse("61 * * * *").error().message,
            "'61' is no minute: a number from 0 to 59, `*`, a range, a list or a step");
}

}  // namespace
}  // namespace minpaas
