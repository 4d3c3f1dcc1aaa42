#include "core/base/dial.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

namespace minpaas {
namespace {

HostAddress address_of(const std::string& text) {
  HostAddress address;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    std::memcpy(&address.bytes, &v4, sizeof v4);
    address.size = sizeof v4;
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    std::memcpy(&address.bytes, &v6, sizeof v6);
    address.size = sizeof v6;
  }
  return address;
}

TEST(HostAddresses, OfThePublicInternetArePublic) {
  for (const char* text : {"1.1.1.1", "140.82.121.4", "172.15.255.255", "172.32.0.1", "100.128.0.1",
                           "2606:4700::1111", "2a01:4f8::1"}) {
    EXPECT_TRUE(address_of(text).is_public()) << text;
    EXPECT_EQ(address_of(text).str(), text);
  }
}

TEST(HostAddresses, OfMachinesNetworksAndCloudsAreNot) {
  for (
      const char* text :
      {"0.0.0.0",          "127.0.0.1",      "127.255.255.255", "10.1.2.3",     "100.64.0.1",
       "169.254.169.254",  "172.16.0.1",     "172.31.255.255",  "192.168.1.1",  "192.0.0.1",
       "192.0.2.1",        "198.18.0.1",     "198.19.255.255",  "198.51.100.1", "203.0.113.1",
       "224.0.0.1",        "240.0.0.1",      "255.255.255.255", "::",           "::1",
       "::ffff:127.0.0.1", "::ffff:1.1.1.1", "64:ff9b::7f00:1", "fe80::1",      "fc00::1",
       "fd12::1",          "ff02::1",        "2001::1",         "2001:db8::1",  "2002:7f00:1::1"}) {
    EXPECT_FALSE(address_of(text).is_public()) << text;
  }
}

TEST(HostAddresses, OfAHostAreGivenOnlyWhenTheyAreAllowed) {
  const auto refused = resolve("127.0.0.1", "80", Reach::Public);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
  const auto allowed = resolve("127.0.0.1", "80", Reach::Anywhere);
  ASSERT_TRUE(allowed);
  EXPECT_EQ(allowed->front().str(), "127.0.0.1");
  EXPECT_EQ(resolve("no-such-host.invalid", "80", Reach::Anywhere).error().code,
            ErrorCode::NotFound);
}

}  // namespace
}  // namespace minpaas
