#include "core/base/clock.h"

#include <gtest/gtest.h>

namespace minpaas {
namespace {

TEST(Rfc3339, FormatsMicrosecondsInUtc) {
  auto time = parse_rfc3339("2026-11-23T12:00:00.123456789Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(format_rfc3339(*time), "2026-11-23T12:00:00.123456+00:00");
}

TEST(Rfc3339, AppliesTheOffset) {
  EXPECT_EQ(*parse_rfc3339("2026-11-23T12:00:00+02:00"), *parse_rfc3339("2026-11-23T10:00:00Z"));
  EXPECT_EQ(*parse_rfc3339("2026-01-01T00:30:00-01:00"), *parse_rfc3339("2026-01-01T01:30:00Z"));
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "yesterday", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00", "2026-01-01T00:00:00.5", "2026-01-01T00:00:00+2:00"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Durations, AreShownForPeople) {
  EXPECT_EQ(format_duration(milliseconds(400)), "0.4 s");
  EXPECT_EQ(format_duration(milliseconds(125'000)), "2 min 5 s");
}

TEST(Ages, UseTheLargestUnit) {
  const SystemTime then{};
  EXPECT_EQ(format_age(then, then + std::chrono::seconds(59)), "59s ago");
  EXPECT_EQ(format_age(then, then + std::chrono::hours(30)), "1d ago");
  EXPECT_EQ(format_age(then + std::chrono::hours(1), then), "0s ago");
}

}  // namespace
}  // namespace minpaas
