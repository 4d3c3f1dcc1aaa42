#include "sshd/session_timers.h"

#include <gtest/gtest.h>

namespace minpaas::sshd {
namespace {

class SessionTimersTest : public ::testing::Test {
 protected:
  SessionTimersTest() : timers_(limits(), now_) { activity_.authenticated = true; }

  static SessionTimers::Limits limits() {
    return {seconds(30), seconds(600), seconds(120), seconds(120), seconds(15)};
  }

  /// Lets the time pass in steps of a second, in each of which the peer sends something.
  std::optional<Expiry> pass(seconds time) {
    for (int i = 0; i < time.count(); ++i) {
      now_ += seconds(1);
      if (peer_answers_) {
        ++activity_.in_bytes;
      }
      if (const auto expiry = timers_.check(now_, activity_)) {
        return expiry;
      }
    }
    return std::nullopt;
  }

  SteadyTime now_{seconds(1000)};
  SessionTimers timers_;
  SessionActivity activity_;
  bool peer_answers_ = true;
};

TEST_F(SessionTimersTest, WhoIsNotLoggedInAtTheEndOfTheGraceTimeGoes) {
  activity_.authenticated = false;
  EXPECT_EQ(pass(seconds(29)), std::nullopt);
  EXPECT_EQ(pass(seconds(1)), Expiry::Grace);
}

TEST_F(SessionTimersTest, WhoDoesNotLogInGoesSoonerWhenOthersNeedThePlace) {
  activity_.authenticated = false;
  EXPECT_EQ(pass(seconds(4)), std::nullopt);
  activity_.crowded = true;
  EXPECT_EQ(pass(seconds(1)), Expiry::Grace);
}

TEST_F(SessionTimersTest, WhoHasNotLoggedInNoticesSoonThatItHasBecomeCrowded) {
  activity_.authenticated = false;
  EXPECT_EQ(pass(seconds(10)), std::nullopt);
  EXPECT_LE(timers_.until_next(now_), seconds(1));
  activity_.crowded = true;
  EXPECT_EQ(pass(seconds(1)), Expiry::Grace);
}

TEST_F(SessionTimersTest, NothingButLoggingInExtendsTheGraceTime) {
  activity_.authenticated = false;
  activity_.busy = true;
  EXPECT_EQ(pass(seconds(60)), Expiry::Grace);
  EXPECT_EQ(now_, SteadyTime(seconds(1030)));
}

TEST_F(SessionTimersTest, AConnectionOnWhichNothingRunsEndsAfterTheIdleTime) {
  EXPECT_EQ(pass(seconds(600)), std::nullopt);
  EXPECT_EQ(pass(seconds(1)), Expiry::Idle);
}

TEST_F(SessionTimersTest, ARunningRequestIsNeverIdle) {
  activity_.busy = true;
  EXPECT_EQ(pass(seconds(7200)), std::nullopt);
  activity_.busy = false;
  EXPECT_EQ(pass(seconds(599)), std::nullopt);
  EXPECT_EQ(pass(seconds(1)), Expiry::Idle);
}

TEST_F(SessionTimersTest, APeerThatNoLongerAnswersIsGivenUp) {
  activity_.busy = true;
  peer_answers_ = false;
  EXPECT_EQ(pass(seconds(119)), std::nullopt);
  EXPECT_EQ(pass(seconds(1)), Expiry::PeerSilent);
}

TEST_F(SessionTimersTest, ASocketThatTakesNothingIsGivenUp) {
  activity_.busy = true;
  activity_.socket_backlog = true;
  EXPECT_EQ(pass(seconds(118)), std::nullopt);
  ++activity_.out_bytes;
  EXPECT_EQ(pass(seconds(120)), std::nullopt);
  EXPECT_EQ(pass(seconds(1)), Expiry::Stalled);
}

TEST_F(SessionTimersTest, APagerMayKeepTheWindowShutForTheIdleTime) {
  activity_.busy = true;
  activity_.output_waits = true;
  EXPECT_EQ(pass(seconds(590)), std::nullopt);
  ++activity_.output_bytes;
  EXPECT_EQ(pass(seconds(600)), std::nullopt);
  EXPECT_EQ(pass(seconds(1)), Expiry::Stalled);
}

TEST_F(SessionTimersTest, KeepalivesAreDueEveryFifteenSecondsOnceLoggedIn) {
  activity_.authenticated = false;
  pass(seconds(20));
  EXPECT_FALSE(timers_.keepalive_due(now_));
  activity_.authenticated = true;
  pass(seconds(1));
  EXPECT_TRUE(timers_.keepalive_due(now_));
  EXPECT_FALSE(timers_.keepalive_due(now_));
  pass(seconds(15));
  EXPECT_TRUE(timers_.keepalive_due(now_));
}

TEST_F(SessionTimersTest, TheLoopWakesForTheNextTimer) {
  activity_.authenticated = false;
  pass(seconds(29));
  now_ += milliseconds(500);
  EXPECT_EQ(timers_.until_next(now_), milliseconds(500));
  EXPECT_EQ(timers_.until_next(now_ + seconds(10)), seconds(0));
}

}  // namespace
}  // namespace minpaas::sshd
