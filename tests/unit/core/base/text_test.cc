#include "core/base/text.h"

#include <gtest/gtest.h>

namespace minpaas {
namespace {

TEST(EscapeControls, KeepsALogLineOneLine) {
  EXPECT_EQ(escape_controls("a\nb\x1b[31m\x7f é"), "a\\nb\\x1b[31m\\x7f é");
}

TEST(Hex, RoundTrips) {
  EXPECT_EQ(to_hex(*from_hex("00ffA1")), "00ffa1");
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

TEST(Numbers, HaveBounds) {
  EXPECT_EQ(*parse_number("42", "n", 0, 100), 42);
  for (const char* text : {"", "4 2", "101", "-1", "0x10", "99999999999999999999"}) {
    EXPECT_FALSE(parse_number(text, "n", 0, 100)) << text;
  }
}

TEST(DurationSettings, KnowTheirUnits) {
  EXPECT_EQ(*parse_duration_ms("30", "t"), 30'000);
  EXPECT_EQ(*parse_duration_ms("500ms", "t"), 500);
  EXPECT_EQ(*parse_duration_ms("2h", "t"), 7'200'000);
  for (const char* text : {"", "s", "5w", "-5s", "99999999999999999d"}) {
    EXPECT_FALSE(parse_duration_ms(text, "t")) << text;
  }
}

TEST(ByteSettings, KnowTheirUnits) {
  EXPECT_EQ(*parse_bytes("512m", "size"), 512LL << 20);
  EXPECT_EQ(*parse_bytes("2GB", "size"), 2LL << 30);
  EXPECT_EQ(*parse_bytes("17", "size"), 17);
  for (const char* text : {"", "g", "b", "1t", "99999999999g"}) {
    EXPECT_FALSE(parse_bytes(text, "size")) << text;
  }
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a,,b", ',').size(), 3U);
  EXPECT_EQ(split("", ',').size(), 1U);
}

}  // namespace
}  // namespace minpaas
