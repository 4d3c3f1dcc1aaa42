#include "core/docker/address_pool.h"

#include <gtest/gtest.h>

namespace minpaas::docker {
namespace {

TEST(PartNetwork, GivesTheEngineTheEnd) {
  const auto usual = part_network("172.18.0.0/16");
  ASSERT_TRUE(usual);
  EXPECT_EQ(usual->subnet, "172.18.0.0/16");
  EXPECT_EQ(usual->engines_choice, "172.18.255.0/24");
  EXPECT_EQ(usual->gateway, "172.18.0.1");
  EXPECT_EQ(part_network("10.9.16.0/20")->engines_choice, "10.9.31.0/24");
  EXPECT_EQ(part_network("192.168.7.0/24")->engines_choice, "192.168.7.224/27");
  EXPECT_EQ(part_network("192.168.7.64/26")->engines_choice, "192.168.7.120/29");
}

TEST(PartNetwork, LeavesWhatIsTooSmallOrNoIpv4ToTheEngine) {
  for (const char* subnet : {"", "/", "10.0.0.0", "10.0.0.0/", "10.0.0.0/27", "10.0.0.0/33",
                             "10.0.0.0/0", "10.0.0/16", "10.0.0.0/16x", "fd00::/64"}) {
    EXPECT_FALSE(part_network(subnet)) << subnet;
  }
}

class Pool : public testing::Test {
 protected:
  static AddressPool pool(std::uint32_t start) {
    return *AddressPool::of(*part_network("192.168.7.64/26"), start);
  }
};

TEST_F(Pool, GivesNothingBeforeItKnowsWhatIsTaken) {
  EXPECT_FALSE(pool(0).take());
}

TEST_F(Pool, GivesEachAddressOfItsPartOnceARound) {
  AddressPool pool = Pool::pool(7);
  pool.begin_round({"192.168.7.74", "192.168.7.70", ""});
  EXPECT_EQ(pool.take(), "192.168.7.73");
  EXPECT_EQ(pool.take(), "192.168.7.75");
  std::set<std::string> given;
  while (const auto address = pool.take()) {
    EXPECT_TRUE(given.insert(*address).second) << *address;
  }
  // 66 to 119: after the gateway, before what the engine chooses from.
  EXPECT_EQ(given.size(), 119U - 66 + 1 - 4);
  EXPECT_TRUE(given.contains("192.168.7.66"));
  EXPECT_TRUE(given.contains("192.168.7.119"));
  EXPECT_FALSE(given.contains("192.168.7.70"));
  pool.begin_round({});
  EXPECT_EQ(pool.take(), "192.168.7.73");
}

TEST_F(Pool, IsOnlyOfANetworkThatIsParted) {
  EXPECT_FALSE(AddressPool::of({"172.18.0.0/16", "", "172.18.0.1"}, 0));
  EXPECT_FALSE(AddressPool::of({"172.18.0.0/16", "172.18.255.0/24", ""}, 0));
  EXPECT_FALSE(AddressPool::of({"172.18.0.0/16", "172.18.0.0/24", "172.18.0.1"}, 0));
  EXPECT_FALSE(AddressPool::of({"172.18.0.0/16", "172.18.128.0/24", "172.18.0.1"}, 0));
  EXPECT_FALSE(AddressPool::of({"172.18.0.0/16", "172.18.255.0/24", "172.17.0.1"}, 0));
}

}  // namespace
}  // namespace minpaas::docker
