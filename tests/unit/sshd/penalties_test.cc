#include "sshd/penalties.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

#include "tests/unit/sshd/addresses.h"

namespace minpaas::sshd {
namespace {

using test::address;
using test::HandClock;

class PenaltiesTest : public ::testing::Test {
 protected:
  HandClock clock_;
  Penalties penalties_{clock_};
  SourceAddress source_ = address("192.0.2.1");
};

TEST_F(PenaltiesTest, OneMistakeCostsNothing) {
  for (const auto offence :
       {Offence::AuthenticationFailed, Offence::NoAuthentication, Offence::GraceExceeded}) {
    Penalties fresh(clock_);
    fresh.add(source_, offence);
    EXPECT_FALSE(fresh.refuses(source_));
  }
}

TEST_F(PenaltiesTest, MistakesAddUpUntilTheyAreEnforced) {
  penalties_.add(source_, Offence::AuthenticationFailed);
  penalties_.add(source_, Offence::AuthenticationFailed);
  EXPECT_FALSE(penalties_.refuses(source_));
  penalties_.add(source_, Offence::AuthenticationFailed);
  EXPECT_TRUE(penalties_.refuses(source_));
}

TEST_F(PenaltiesTest, WhatHasRunOutDoesNotCount) {
  penalties_.add(source_, Offence::GraceExceeded);
  clock_.advance(seconds(8));
  penalties_.add(source_, Offence::AuthenticationFailed);
  EXPECT_FALSE(penalties_.refuses(source_));
}

TEST_F(PenaltiesTest, AnEnforcedPenaltyLastsToItsEnd) {
  penalties_.add(source_, Offence::Crash);
  clock_.advance(milliseconds(89'999));
  EXPECT_TRUE(penalties_.refuses(source_));
  clock_.advance(milliseconds(1));
  EXPECT_FALSE(penalties_.refuses(source_));
}

TEST_F(PenaltiesTest, AfterItsEndThreeMoreMistakesAreNeeded) {
  penalties_.add(source_, Offence::Crash);
  clock_.advance(seconds(91));
  penalties_.add(source_, Offence::AuthenticationFailed);
  EXPECT_FALSE(penalties_.refuses(source_));
}

TEST_F(PenaltiesTest, TheSumNeverExceedsTenMinutes) {
  for (int i = 0; i < 100; ++i) {
    penalties_.add(source_, Offence::Crash);
  }
  clock_.advance(seconds(599));
  EXPECT_TRUE(penalties_.refuses(source_));
  clock_.advance(seconds(1));
  EXPECT_FALSE(penalties_.refuses(source_));
}

TEST_F(PenaltiesTest, OtherAddressesGoFree) {
  penalties_.add(source_, Offence::Crash);
  EXPECT_FALSE(penalties_.refuses(address("192.0.2.2")));
}

TEST_F(PenaltiesTest, AFullTableLetsNewAddressesGoFreeAndForgetsTheOldOnes) {
  for (std::size_t i = 0; i < Penalties::kMostSources; ++i) {
    penalties_.add(test::numbered_address(i), Offence::Crash);
  }
  penalties_.add(source_, Offence::Crash);
  EXPECT_FALSE(penalties_.refuses(source_));
  EXPECT_EQ(penalties_.size(), Penalties::kMostSources);
  clock_.advance(seconds(90));
  penalties_.add(source_, Offence::Crash);
  EXPECT_TRUE(penalties_.refuses(source_));
  EXPECT_EQ(penalties_.size(), 1U);
}

TEST(SourceAddresses, GroupIpv6By64Bits) {
  EXPECT_EQ(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff::9"));
  EXPECT_NE(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
}

TEST(SourceAddresses, TakeMappedIpv4ForIpv4) {
  EXPECT_EQ(address("::ffff:192.0.2.1"), address("192.0.2.1"));
  EXPECT_NE(address("::ffff:192.0.2.1"), address("::ffff:192.0.2.2"));
  EXPECT_TRUE(address("::ffff:127.0.0.1").is_loopback());
}

TEST(SourceAddresses, KnowLoopback) {
  EXPECT_TRUE(address("127.8.9.1").is_loopback());
  EXPECT_TRUE(address("::1").is_loopback());
  EXPECT_FALSE(address("192.0.2.1").is_loopback());
  EXPECT_FALSE(address("2001:db8::1").is_loopback());
}

}  // namespace
}  // namespace minpaas::sshd
