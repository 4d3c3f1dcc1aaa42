#include <gtest/gtest.h>

#include "core/app/app_name.h"
#include "core/app/config_var.h"
#include "core/app/oid.h"

namespace minpaas {
namespace {

TEST(AppName, FollowsTheRule) {
  for (const char* good : {"a", "blog", "my-app-2", "a23456789012345678901234567890"}) {
    EXPECT_TRUE(AppName::parse(good)) << good;
  }
  for (const char* bad : {"", "-a", "a-", "2a", "Blog", "a_b", "a.b", "../x", "a/b", "a b",
                          "a234567890123456789012345678901"}) {
    EXPECT_FALSE(AppName::parse(bad)) << bad;
  }
}

TEST(ConfigKey, IsAnIdentifier) {
  for (const char* good : {"DEBUG", "_x", "a1"}) {
    EXPECT_TRUE(ConfigKey::parse(good)) << good;
  }
  for (const char* bad : {"", "1A", "A-B", "A B", "A=B", "É"}) {
    EXPECT_FALSE(ConfigKey::parse(bad)) << bad;
  }
}

TEST(ConfigKey, PortBelongsToThePlatform) {
  auto port = ConfigKey::parse("PORT");
  ASSERT_FALSE(port);
  EXPECT_EQ(port.error().code, ErrorCode::InvalidInput);
}

TEST(ConfigValue, TakesAnyBytesButNul) {
  const auto key = *ConfigKey::parse("K");
  EXPECT_TRUE(parse_config_value(key, "a\n'\"$é\x01"));
  EXPECT_TRUE(parse_config_value(key, std::string(64 * 1024, 'x')));
  EXPECT_FALSE(parse_config_value(key, std::string(64 * 1024 + 1, 'x')));
  EXPECT_FALSE(parse_config_value(key, std::string_view("a\0b", 3)));
}

TEST(ConfigValue, IsNotInTheError) {
  const auto key = *ConfigKey::parse("K");
  auto refused = parse_config_value(key, std::string_view("hunter2\0", 8));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().for_log().find("hunter2"), std::string::npos);
}

TEST(Oid, IsFortyHexCharacters) {
  const std::string hex = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
  EXPECT_EQ(Oid::parse(hex)->hex(), hex);
  EXPECT_EQ(Oid::parse(hex)->short_hex(), "da39a3e");
  EXPECT_TRUE(Oid::parse(std::string(40, '0'))->is_zero());
  EXPECT_FALSE(Oid::parse(hex.substr(1)));
  EXPECT_FALSE(Oid::parse(hex + "0"));
}

}  // namespace
}  // namespace minpaas
