#include "sshd/admission.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/unit/sshd/addresses.h"

namespace minpaas::sshd {
namespace {

using test::address;
using test::numbered_address;

config::SshSettings small_caps() {
  config::SshSettings settings;
  settings.max_sessions = 6;
  settings.max_sessions_per_address = 4;
  settings.max_unauthenticated = 3;
  settings.max_unauthenticated_per_address = 2;
  return settings;
}

class Admissions : public ::testing::Test {
 protected:
  /// A ticket from `source`, kept for the test; false when refused.
  bool enter(Admission& admission, const SourceAddress& source) {
    auto entered = admission.enter(source);
    if (auto* ticket = std::get_if<Admission::Ticket>(&entered)) {
      tickets_.push_back(std::make_unique<Admission::Ticket>(std::move(*ticket)));
      return true;
    }
    refusal_ = std::get<Refusal>(entered);
    return false;
  }

  test::HandClock clock_;
  Admission caps_{small_caps(), clock_, Admission::Loopback::Exempt};
  std::vector<std::unique_ptr<Admission::Ticket>> tickets_;
  Refusal refusal_{};
  SourceAddress home_ = address("192.0.2.1");
};

TEST_F(Admissions, CapUnauthenticatedConnectionsOfAnAddress) {
  EXPECT_TRUE(enter(caps_, home_));
  EXPECT_TRUE(enter(caps_, home_));
  EXPECT_FALSE(enter(caps_, home_));
  EXPECT_EQ(refusal_, Refusal::TooManyFromAddress);
  EXPECT_TRUE(enter(caps_, address("192.0.2.2")));
}

TEST_F(Admissions, CapUnauthenticatedConnectionsInAll) {
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(enter(caps_, numbered_address(i)));
  }
  EXPECT_FALSE(enter(caps_, numbered_address(3)));
  EXPECT_EQ(refusal_, Refusal::TooManyUnauthenticated);
}

TEST_F(Admissions, AreCrowdedWhenMoreThanHalfOfThePlacesToLogInAreTaken) {
  ASSERT_TRUE(enter(caps_, numbered_address(0)));
  EXPECT_FALSE(tickets_.front()->is_crowded());
  ASSERT_TRUE(enter(caps_, numbered_address(1)));
  EXPECT_TRUE(tickets_.front()->is_crowded());
  tickets_.back()->authenticated();
  EXPECT_FALSE(tickets_.front()->is_crowded());
}

TEST_F(Admissions, CapLoggedInConnectionsOfAnAddress) {
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(enter(caps_, home_));
    tickets_.back()->authenticated();
  }
  EXPECT_FALSE(enter(caps_, home_));
  EXPECT_EQ(refusal_, Refusal::TooManyFromAddress);
}

TEST_F(Admissions, CapConnectionsInAll) {
  for (std::size_t i = 0; i < 6; ++i) {
    ASSERT_TRUE(enter(caps_, numbered_address(i)));
    tickets_.back()->authenticated();
  }
  EXPECT_FALSE(enter(caps_, numbered_address(9)));
  EXPECT_EQ(refusal_, Refusal::TooMany);
}

TEST_F(Admissions, GiveBackWhatAConnectionTook) {
  for (int round = 0; round < 10; ++round) {
    ASSERT_TRUE(enter(caps_, home_)) << round;
    ASSERT_TRUE(enter(caps_, home_)) << round;
    tickets_.back()->authenticated();
    tickets_.clear();
  }
}

TEST_F(Admissions, RefuseAPenalisedAddressOnly) {
  ASSERT_TRUE(enter(caps_, home_));
  tickets_.back()->offend(Offence::Crash);
  tickets_.clear();
  EXPECT_FALSE(enter(caps_, home_));
  EXPECT_EQ(refusal_, Refusal::Penalty);
  EXPECT_TRUE(enter(caps_, address("192.0.2.2")));
  clock_.advance(seconds(90));
  EXPECT_TRUE(enter(caps_, home_));
}

TEST_F(Admissions, DoNotLetLocalUsersLockEachOtherOut) {
  const auto local = address("127.0.0.1");
  ASSERT_TRUE(enter(caps_, local));
  tickets_.back()->offend(Offence::Crash);
  EXPECT_TRUE(enter(caps_, local));
}

TEST_F(Admissions, KeepNoPenaltiesWhenTheyAreOff) {
  auto settings = small_caps();
  settings.penalties = false;
  Admission lenient(settings, clock_, Admission::Loopback::Exempt);
  ASSERT_TRUE(enter(lenient, home_));
  tickets_.back()->offend(Offence::Crash);
  EXPECT_TRUE(enter(lenient, home_));
  tickets_.clear();
}

}  // namespace
}  // namespace minpaas::sshd
