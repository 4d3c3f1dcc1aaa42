#include "hooks/supervision/health_book.h"

#include <gmock/gmock.h>

namespace minpaas::hooks {
namespace {

using docker::ContainerId;
using testing::ElementsAre;
using testing::IsEmpty;
using Verdict = HealthBook::Verdict;

class Health : public testing::Test {
 protected:
  Verdict take(const std::string& action, int exit_code = 0) {
    now_ += milliseconds(1);
    return book_.take({now_, action, id_, {}, exit_code});
  }

  Verdict crash_and_start_again() {
    const auto verdict = take("die", 1);
    take("start");
    return verdict;
  }

  HealthBook book_;
  ContainerId id_{"a"};
  SystemTime now_{seconds(1'000'000)};
};

TEST_F(Health, OfAContainerWithoutEventsIsUnknown) {
  EXPECT_FALSE(book_.find(id_));
}

TEST_F(Health, CountsRestarts) {
  take("start");
  crash_and_start_again();
  crash_and_start_again();
  const auto health = book_.find(id_);
  EXPECT_EQ(health->restarts, 2);
  EXPECT_EQ(health->last_exit_code, 1);
  EXPECT_FALSE(health->crashed);
}

TEST_F(Health, FiveShortRunsAreACrashLoop) {
  for (int i = 1; i < HealthBook::kCrashes; ++i) {
    EXPECT_EQ(crash_and_start_again(), Verdict::Ended);
  }
  EXPECT_EQ(take("die", 1), Verdict::CrashLoop);
  EXPECT_TRUE(book_.find(id_)->crashed);
  EXPECT_THAT(book_.crashed(), ElementsAre(id_));
}

TEST_F(Health, ACrashLoopIsFollowedByARestAndAnotherTry) {
  for (int i = 0; i < HealthBook::kCrashes; ++i) {
    crash_and_start_again();
  }
  EXPECT_THAT(book_.resting(now_), ElementsAre(id_)) << "the engine has started it meanwhile";
  EXPECT_EQ(book_.rest_of(id_), HealthBook::kFirstRest);
  const auto retry = book_.next_retry(now_);
  ASSERT_TRUE(retry);
  EXPECT_THAT(book_.resting(*retry), IsEmpty());
  EXPECT_FALSE(book_.next_retry(*retry));
  EXPECT_THAT(book_.crashed(), ElementsAre(id_)) << "until it is started";
  now_ = *retry;
  take("start");
  EXPECT_THAT(book_.crashed(), IsEmpty());
}

TEST_F(Health, AClockThatIsSetBackDoesNotLengthenARest) {
  for (int i = 0; i < HealthBook::kCrashes; ++i) {
    crash_and_start_again();
  }
  now_ -= std::chrono::hours(1);
  EXPECT_THAT(book_.resting(now_), IsEmpty());
  take("start");
  EXPECT_THAT(book_.crashed(), IsEmpty());
}

TEST_F(Health, ARestIsTwiceAsLongWhenTheTryFails) {
  for (int i = 0; i < HealthBook::kCrashes; ++i) {
    crash_and_start_again();
  }
  seconds rest = HealthBook::kFirstRest;
  for (int tries = 0; tries < 10; ++tries) {
    now_ = *book_.next_retry(now_);
    take("start");
    EXPECT_EQ(take("die", 1), Verdict::CrashLoop) << "at its first end";
    rest = std::min(2 * rest, HealthBook::kLastRest);
    EXPECT_EQ(book_.rest_of(id_), rest);
  }
  EXPECT_EQ(rest, HealthBook::kLastRest);
}

TEST_F(Health, AMinuteOfCalmEndsTheCrashLoop) {
  for (int i = 0; i < HealthBook::kCrashes; ++i) {
    crash_and_start_again();
  }
  now_ = *book_.next_retry(now_);
  take("start");
  now_ += HealthBook::kCrashWindow + seconds(1);
  for (int i = 0; i < HealthBook::kCrashes; ++i) {
    EXPECT_EQ(crash_and_start_again(), Verdict::Ended) << "the first had run for long";
  }
  EXPECT_EQ(take("die", 1), Verdict::CrashLoop);
  EXPECT_EQ(book_.rest_of(id_), HealthBook::kFirstRest);
}

TEST_F(Health, ShortRunsAreACrashLoopHoweverFarApartTheyEnd) {
  for (int i = 1; i < HealthBook::kCrashes; ++i) {
    EXPECT_EQ(crash_and_start_again(), Verdict::Ended);
    now_ += HealthBook::kCrashWindow - seconds(1);
  }
  EXPECT_EQ(take("die", 1), Verdict::CrashLoop);
}

TEST_F(Health, ACrashLoopIsReportedOnce) {
  for (int i = 0; i < HealthBook::kCrashes; ++i) {
    crash_and_start_again();
  }
  EXPECT_EQ(take("die", 1), Verdict::Ended);
}

TEST_F(Health, LongRunsAreNoCrashLoop) {
  for (int i = 0; i < 3 * HealthBook::kCrashes; ++i) {
    EXPECT_EQ(crash_and_start_again(), Verdict::Ended);
    now_ += HealthBook::kCrashWindow + seconds(1);
  }
}

TEST_F(Health, WhatIsAskedToStopDoesNotCrash) {
  for (int i = 0; i < 3 * HealthBook::kCrashes; ++i) {
    take("kill");
    EXPECT_EQ(take("die", 143), Verdict::Noted);
    take("start");
  }
  EXPECT_EQ(book_.find(id_)->restarts, 0);
}

TEST_F(Health, ForgetsWhatIsRemoved) {
  take("die", 1);
  EXPECT_EQ(take("destroy"), Verdict::Gone);
  EXPECT_FALSE(book_.find(id_));
  EXPECT_THAT(book_.crashed(), IsEmpty());
}

TEST_F(Health, CountsAnEventThatIsRepeatedOnce) {
  take("start");
  const docker::EngineEvent end{now_ + seconds(1), "die", id_, {}, 1};
  EXPECT_EQ(book_.take(end), Verdict::Ended);
  for (int i = 0; i < 3 * HealthBook::kCrashes; ++i) {
    EXPECT_EQ(book_.take(end), Verdict::Repeated);
  }
  EXPECT_EQ(book_.last(), end.at);
}

TEST_F(Health, ResumesFromTheNewestEvent) {
  EXPECT_FALSE(book_.last());
  take("start");
  EXPECT_EQ(book_.last(), now_);
  book_.take({now_ - seconds(1), "oom", ContainerId{"b"}, {}, 0});
  EXPECT_EQ(book_.last(), now_);
  EXPECT_TRUE(book_.find(ContainerId{"b"}));
}

}  // namespace
}  // namespace minpaas::hooks
