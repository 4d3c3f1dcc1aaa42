#include "hooks/supervision/liveness_record.h"

#include <gtest/gtest.h>

namespace minpaas::hooks {
namespace {

using Verdict = LivenessRecord::Verdict;

constexpr seconds kPatience{60};

/// A process with one check that may fail twice in a row.
class ALiveProcess : public testing::Test {
 protected:
  /// Fails until it is to be restarted; how many failures that took, at most 100.
  int fail_until_restart() {
    for (int failures = 1; failures <= 100; ++failures) {
      now_ += seconds(1);
      if (record_.failed(0, now_) == Verdict::Restart) {
        return failures;
      }
    }
    return -1;
  }

  SteadyTime now_{seconds(1000)};
  LivenessRecord record_{{{.path = "/up", .attempts = 3}}, kPatience, now_};
};

TEST_F(ALiveProcess, IsRestartedAfterSoManyFailuresInARow) {
  record_.passed(0, now_);
  EXPECT_EQ(record_.failed(0, now_), Verdict::None);
  EXPECT_EQ(record_.failed(0, now_), Verdict::None);
  record_.passed(0, now_);
  EXPECT_EQ(fail_until_restart(), 3);
  EXPECT_TRUE(record_.is_failing());
  record_.restarted(now_);
  EXPECT_FALSE(record_.is_failing());
  EXPECT_EQ(record_.restarts(), 1);
}

TEST_F(ALiveProcess, HasTimeToStart) {
  now_ += kPatience - seconds(1);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(record_.failed(0, now_), Verdict::None);
  }
  EXPECT_FALSE(record_.is_failing());
  now_ += seconds(1);
  EXPECT_EQ(fail_until_restart(), 3);
}

TEST_F(ALiveProcess, HasTimeToStartAgainWhereTheEngineHasStartedIt) {
  record_.passed(0, now_);
  EXPECT_EQ(record_.failed(0, now_), Verdict::None);
  now_ += seconds(100);
  record_.begun_anew(now_);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(record_.failed(0, now_ + kPatience - seconds(1)), Verdict::None);
  }
  EXPECT_EQ(record_.restarts(), 0);
  now_ += kPatience;
  EXPECT_EQ(fail_until_restart(), 3);
}

TEST_F(ALiveProcess, IsRestartedLessAndLessOftenWhenThatDoesNotHelp) {
  std::vector<seconds> pauses;
  record_.passed(0, now_);
  ASSERT_GT(fail_until_restart(), 0);
  for (int i = 0; i < 10; ++i) {
    const auto last = now_;
    record_.restarted(now_);
    record_.passed(0, now_);
    while (fail_until_restart() < 0) {
    }
    pauses.push_back(std::chrono::duration_cast<seconds>(now_ - last));
  }
  EXPECT_EQ(pauses, (std::vector<seconds>{seconds(10), seconds(20), seconds(40), seconds(80),
                                          seconds(160), seconds(320), seconds(600), seconds(600),
                                          seconds(600), seconds(600)}));
  EXPECT_TRUE(record_.is_in_loop());
}

TEST_F(ALiveProcess, HasRecoveredAfterACalmTime) {
  record_.passed(0, now_);
  for (int i = 0; i < LivenessRecord::kLoop; ++i) {
    record_.restarted(now_);
  }
  EXPECT_TRUE(record_.is_in_loop());
  record_.passed(0, now_);
  now_ += LivenessRecord::kCalm - seconds(1);
  record_.passed(0, now_);
  EXPECT_TRUE(record_.is_in_loop());
  now_ += seconds(1);
  record_.passed(0, now_);
  EXPECT_FALSE(record_.is_in_loop());
}

TEST(LivenessRecord, OfACheckThatOnlyWarnsAsksForNoRestart) {
  LivenessRecord record({{.path = "/up", .attempts = 1, .warn = true}}, seconds(0), SteadyTime());
  EXPECT_EQ(record.failed(0, SteadyTime()), Verdict::None);
  EXPECT_TRUE(record.is_failing());
}

TEST(LivenessRecord, CountsEachCheckForItself) {
  LivenessRecord record({{.path = "/a", .attempts = 2}, {.path = "/b", .attempts = 2}}, seconds(0),
                        SteadyTime());
  EXPECT_EQ(record.failed(0, SteadyTime()), Verdict::None);
  EXPECT_EQ(record.failed(1, SteadyTime()), Verdict::None);
  record.passed(0, SteadyTime());
  EXPECT_EQ(record.failed(0, SteadyTime()), Verdict::None);
  EXPECT_EQ(record.failed(1, SteadyTime()), Verdict::Restart);
}

}  // namespace
}  // namespace minpaas::hooks
