#include "core/app/address_range.h"

#include <gtest/gtest.h>

namespace minpaas {
namespace {

AddressRange range(std::string_view text) {
  return AddressRange::parse(text).value();
}

TEST(AddressRange, HasWhatItsPrefixSays) {
  EXPECT_TRUE(range("192.0.2.0/24").contains("192.0.2.255"));
  EXPECT_FALSE(range("192.0.2.0/24").contains("192.0.3.0"));
  EXPECT_TRUE(range("192.0.2.128/25").contains("192.0.2.128"));
  EXPECT_FALSE(range("192.0.2.128/25").contains("192.0.2.127"));
  EXPECT_TRUE(range("192.0.2.7").contains("192.0.2.7"));
  EXPECT_FALSE(range("192.0.2.7").contains("192.0.2.8"));
  EXPECT_TRUE(range("2001:db8::/32").contains("2001:db8:ffff::1"));
  EXPECT_FALSE(range("2001:db8::/32").contains("2001:db9::1"));
  EXPECT_TRUE(range("0.0.0.0/0").contains("203.0.113.9"));
  EXPECT_FALSE(range("0.0.0.0/0").contains("2001:db8::1"));
  EXPECT_TRUE(range("::/0").contains("2001:db8::1"));
}

TEST(AddressRange, LooksAtPeersWithTheirPort) {
  EXPECT_TRUE(range("192.0.2.0/24").contains("192.0.2.1:40022"));
  EXPECT_TRUE(range("2001:db8::1").contains("[2001:db8::1]:40022"));
  EXPECT_TRUE(range("192.0.2.0/24").contains("[::ffff:192.0.2.1]:40022"));
  for (const char* nobody : {"", "unknown", "[", "[]", ":", "192.0.2", "192.0.2.1.example"}) {
    EXPECT_FALSE(range("192.0.2.0/24").contains(nobody)) << nobody;
    EXPECT_FALSE(range("0.0.0.0/0").contains(nobody)) << nobody;
  }
}

TEST(AddressRange, IsWrittenAsItWasRead) {
  for (const char* text :
       {"192.0.2.0/24", "192.0.2.7", "0.0.0.0/0", "2001:db8::/32", "::1", "::/0"}) {
    EXPECT_EQ(range(text).str(), text);
  }
  EXPECT_EQ(range("2001:DB8:0::/48").str(), "2001:db8::/48");
}

TEST(AddressRange, RefusesWhatIsNone) {
  for (const char* text :
       {"", "x", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/24/3",
        "2001:db8::/129", "192.0.2.1/24", "2001:db8::1/32", "192.0.2.0/24\n"}) {
    EXPECT_EQ(AddressRange::parse(text).error().code, ErrorCode::InvalidInput) << text;
  }
}

}  // namespace
}  // namespace minpaas
