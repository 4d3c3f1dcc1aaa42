#include "hooks/programs/cron_entries.h"

#include <gtest/gtest.h>

namespace minpaas::hooks {
namespace {

CronSchedule schedule(std::string_view text) {
  return *CronSchedule::parse(text);
}

SystemTime at(std::string_view text) {
  return *parse_rfc3339(text);
}

std::string next(std::string_view text, std::string_view after) {
  const auto found = next_run(schedule(text), at(after));
  return found ? format_rfc3339(*found).substr(0, 16) : "never";
}

TEST(CronEntries, RunNextInTheMinuteThatComes) {
  EXPECT_EQ(next("* * * * *", "2026-11-26T03:04:05Z"), "2026-11-26T03:05");
  EXPECT_EQ(next("* * * * *", "2026-11-26T03:04:00Z"), "2026-11-26T03:05") << "not this one again";
  EXPECT_EQ(next("30 2 * * *", "2026-11-26T02:29:59Z"), "2026-11-26T02:30");
  EXPECT_EQ(next("30 2 * * *", "2026-11-26T02:30:00Z"), "2026-11-27T02:30");
  EXPECT_EQ(next("*/15 9-17 * * 1-5", "2026-11-27T17:45:00Z"), "2026-11-30T09:00");
  EXPECT_EQ(next("0 0 1 1 *", "2026-11-27T17:45:00Z"), "2027-01-01T00:00");
  EXPECT_EQ(next("@hourly", "2026-12-31T23:10:00Z"), "2027-01-01T00:00");
}

TEST(CronEntries, RunOnALeapDayAndOnNoDayThatIsNot) {
  EXPECT_EQ(next("0 0 29 2 *", "2026-03-01T00:00:00Z"), "2028-02-29T00:00");
  EXPECT_EQ(next("0 0 29 2 *", "2096-03-01T00:00:00Z"), "2104-02-29T00:00");
  EXPECT_EQ(next("0 0 30 2 *", "2026-03-01T00:00:00Z"), "never");
}

TEST(CronEntries, KeepTheirIdAsLongAsTheyAreTheSame) {
  const auto entry = [](std::string_view when, std::string command) {
    return CronEntry{schedule(when), std::move(command)};
  };
  const auto named =
      name_entries({entry("@daily", "tidy"), entry("@hourly", "tidy"), entry("@daily", "tidy")});
  ASSERT_EQ(named.size(), 3U);
  EXPECT_EQ(named[0].id.size(), 6U);
  EXPECT_NE(named[0].id, named[1].id);
  EXPECT_EQ(named[2].id, named[0].id + "-2");
  EXPECT_EQ(name_entries({entry("@daily", "tidy")}).front().id, named[0].id);
}

TEST(CronEntries, AreDueInTheirMinute) {
  EXPECT_TRUE(runs_in_minute(schedule("30 2 * * *"), at("2026-11-26T02:30:59.9Z")));
  EXPECT_FALSE(runs_in_minute(schedule("30 2 * * *"), at("2026-11-26T02:31:00Z")));
  EXPECT_TRUE(runs_in_minute(schedule("* * * * 4"), at("2026-11-26T02:30:00Z"))) << "a Thursday";
}

}  // namespace
}  // namespace minpaas::hooks
