#include "hooks/logs/log_merge.h"

#include <gmock/gmock.h>

namespace minpaas::hooks {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Merge : public testing::Test {
 protected:
  void push(const std::string& source, int second) {
    docker::LogLine line;
    line.at = SystemTime(seconds(second));
    line.text = std::to_string(second);
    merge_.push(source, line, now_);
  }

  std::vector<std::string> take() {
    std::vector<std::string> texts;
    for (const auto& line : merge_.take(now_, 100)) {
      texts.push_back(line.line.text);
    }
    return texts;
  }

  void use(LogMerge::Sources sources) {
    merge_ = LogMerge(sources);
    merge_.open(a_);
    merge_.open(b_);
  }

  std::string a_{"a"};
  std::string b_{"b"};
  SteadyTime now_;
  LogMerge merge_{LogMerge::Sources::Ending};
};

TEST_F(Merge, OrdersTheLinesOfAllSourcesByTime) {
  use(LogMerge::Sources::Ending);
  push(a_, 1);
  push(a_, 4);
  push(b_, 2);
  push(b_, 3);
  merge_.close(a_);
  merge_.close(b_);
  EXPECT_THAT(take(), ElementsAre("1", "2", "3", "4"));
  EXPECT_TRUE(merge_.empty());
}

TEST_F(Merge, WaitsForASourceThatMayHaveAnOlderLine) {
  use(LogMerge::Sources::Ending);
  push(a_, 5);
  now_ += seconds(60);
  EXPECT_THAT(take(), IsEmpty());
  merge_.close(b_);
  EXPECT_THAT(take(), ElementsAre("5"));
}

TEST_F(Merge, OfEndlessSourcesWaitsForAMomentOnly) {
  use(LogMerge::Sources::Endless);
  push(a_, 5);
  EXPECT_THAT(take(), IsEmpty());
  EXPECT_EQ(merge_.next_due(), now_ + LogMerge::kWindow);
  now_ += LogMerge::kWindow;
  EXPECT_TRUE(merge_.ready(now_));
  EXPECT_THAT(take(), ElementsAre("5"));
  EXPECT_EQ(merge_.next_due(), SteadyTime::max());
}

TEST_F(Merge, OfOneSourceDoesNotWait) {
  use(LogMerge::Sources::Endless);
  merge_.close(b_);
  push(a_, 1);
  EXPECT_THAT(take(), ElementsAre("1"));
}

TEST_F(Merge, KnowsASourceUntilItsLastLineIsTaken) {
  use(LogMerge::Sources::Ending);
  merge_.close(b_);
  push(a_, 1);
  merge_.close(a_);
  EXPECT_TRUE(merge_.knows(a_));
  take();
  EXPECT_FALSE(merge_.knows(a_));
}

TEST_F(Merge, HasRoomForABoundedNumberOfLinesAndBytes) {
  use(LogMerge::Sources::Ending);
  for (std::size_t i = 0; i < LogMerge::kMostLines; ++i) {
    EXPECT_TRUE(merge_.has_room(a_));
    push(a_, 1);
  }
  EXPECT_FALSE(merge_.has_room(a_));
  docker::LogLine line;
  line.text = std::string(LogMerge::kMostBytes, 'x');
  merge_.push(b_, line, now_);
  EXPECT_FALSE(merge_.has_room(b_));
  merge_.take(now_, 1);
  EXPECT_TRUE(merge_.has_room(b_));
}

}  // namespace
}  // namespace minpaas::hooks
