#include "hooks/queue/deploy_feed.h"

#include <gmock/gmock.h>

#include <future>
#include <vector>

#include "tests/support/temp_dir.h"

namespace minpaas::hooks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class Feed : public testing::Test {
 protected:
  std::shared_ptr<DeployFeed> make(const FeedLimits& limits = {}) {
    auto feed = DeployFeed::create(file_, limits);
    EXPECT_TRUE(feed);
    return *feed;
  }

  Follow follow() {
    return {[this](std::string_view line) {
              seen_.emplace_back(line);
              return true;
            },
            {},
            {}};
  }

  test::TempDir folder_;
  std::filesystem::path file_ = folder_.path() / "blog" / "1.log";
  std::vector<std::string> seen_;
};

TEST_F(Feed, GivesALateFollowerEveryLineFromTheFirst) {
  const auto feed = make();
  feed->line("one");
  feed->line("");
  feed->line("three");
  feed->end();
  EXPECT_EQ(*feed->follow(follow()), Followed::ToTheEnd);
  EXPECT_THAT(seen_, ElementsAre("one", "", "three"));
}

TEST_F(Feed, GivesAFollowerWhatIsSaidMeanwhile) {
  const auto feed = make();
  std::promise<void> first;
  Follow following = follow();
  following.line = [&](std::string_view line) {
    seen_.emplace_back(line);
    if (line == "one") {
      first.set_value();
    }
    return true;
  };
  auto followed = std::async(std::launch::async, [&] { return feed->follow(following); });
  feed->line("one");
  first.get_future().wait();
  feed->line("two");
  feed->end();
  EXPECT_EQ(*followed.get(), Followed::ToTheEnd);
  EXPECT_THAT(seen_, ElementsAre("one", "two"));
}

TEST_F(Feed, NeverWaitsForAFollowerThatStandsStill) {
  const auto feed = make();
  std::promise<void> stands;
  std::promise<void> go_on;
  Follow slow;
  slow.line = [&](std::string_view line) {
    seen_.emplace_back(line);
    if (seen_.size() == 1) {
      stands.set_value();
      go_on.get_future().wait();
    }
    return true;
  };
  auto followed = std::async(std::launch::async, [&] { return feed->follow(slow); });
  feed->line("line 0");
  stands.get_future().wait();
  for (int i = 1; i < 5000; ++i) {
    feed->line("line " + std::to_string(i));
  }
  feed->end();
  go_on.set_value();
  EXPECT_EQ(*followed.get(), Followed::ToTheEnd);
  ASSERT_THAT(seen_, SizeIs(5000));
  EXPECT_EQ(seen_.back(), "line 4999");
}

TEST_F(Feed, LetsAFollowerLeave) {
  const auto feed = make();
  feed->line("one");
  feed->line("two");
  Follow leaving;
  leaving.line = [](std::string_view) { return false; };
  EXPECT_EQ(*feed->follow(leaving), Followed::Left);
}

TEST_F(Feed, LetsAFollowerGoThatWaits) {
  const auto feed = make();
  std::stop_source gone;
  Follow waiting = follow();
  waiting.gone = gone.get_token();
  auto followed = std::async(std::launch::async, [&] { return feed->follow(waiting); });
  gone.request_stop();
  EXPECT_EQ(*followed.get(), Followed::Left);
}

TEST_F(Feed, TicksWhileNothingIsSaid) {
  const auto feed = make();
  std::promise<void> ticked;
  Follow waiting = follow();
  bool told = false;
  waiting.tick = [&] {
    if (!std::exchange(told, true)) {
      ticked.set_value();
    }
  };
  auto followed = std::async(std::launch::async, [&] { return feed->follow(waiting); });
  ticked.get_future().wait();
  feed->end();
  EXPECT_EQ(*followed.get(), Followed::ToTheEnd);
}

TEST_F(Feed, DropsWhatWouldSteerATerminal) {
  const auto feed = make();
  feed->line("\x1b]0;title\x07plain\r\n");
  feed->end();
  EXPECT_TRUE(feed->follow(follow()));
  EXPECT_THAT(seen_, ElementsAre("plain"));
}

TEST_F(Feed, CutsALineThatIsTooLong) {
  FeedLimits limits;
  limits.line_bytes = 10;
  const auto feed = make(limits);
  feed->line("0123456789abc");
  feed->end();
  EXPECT_TRUE(feed->follow(follow()));
  EXPECT_THAT(seen_, ElementsAre("0123456789 ..."));
}

TEST_F(Feed, ShowsOnlyStagesAndErrorsBeyondItsSize) {
  FeedLimits limits;
  limits.most_bytes = 100;
  const auto feed = make(limits);
  for (int i = 0; i < 100; ++i) {
    feed->line("       detail " + std::to_string(i));
  }
  feed->line("-----> Starting");
  feed->line(" !     It failed");
  feed->end();
  EXPECT_TRUE(feed->follow(follow()));
  ASSERT_GT(seen_.size(), 3U);
  EXPECT_THAT(seen_[seen_.size() - 3], HasSubstr("longer than is stored"));
  EXPECT_EQ(seen_.back(), " !     It failed");
  EXPECT_LT(seen_.size(), 12U);
}

TEST_F(Feed, OfADiskThatIsFullGoesOnInMemory) {
  const auto feed = DeployFeed::create("/dev/full", FeedLimits());
  if (!feed) {
    GTEST_SKIP() << "there is no /dev/full";
  }
  (*feed)->line("one");
  (*feed)->line("two");
  (*feed)->end();
  EXPECT_EQ(*(*feed)->follow(follow()), Followed::ToTheEnd);
  EXPECT_THAT(seen_, ElementsAre("one", "two"));
}

TEST_F(Feed, CanBeReplayedWhenItsDeployIsOver) {
  make()->line("one");
  EXPECT_EQ(*replay(file_, follow().line), Followed::ToTheEnd);
  EXPECT_THAT(seen_, ElementsAre("one"));
  EXPECT_EQ(replay(folder_.path() / "2.log", follow().line).error().code, ErrorCode::NotFound);
}

TEST_F(Feed, OutputsAreKeptUpToANumber) {
  const auto folder = file_.parent_path();
  for (int id = 8; id <= 12; ++id) {
    EXPECT_TRUE(DeployFeed::create(folder / (std::to_string(id) + ".log"), FeedLimits()));
  }
  keep_newest_outputs(folder, 2);
  EXPECT_FALSE(std::filesystem::exists(folder / "9.log"));
  EXPECT_FALSE(std::filesystem::exists(folder / "10.log"));
  EXPECT_TRUE(std::filesystem::exists(folder / "11.log"));
  EXPECT_TRUE(std::filesystem::exists(folder / "12.log"));
}

}  // namespace
}  // namespace minpaas::hooks
