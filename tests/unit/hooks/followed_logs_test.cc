#include <gmock/gmock.h>

#include "tests/unit/hooks/app_logs_bed.h"

namespace minpaas::hooks {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class FollowedLogs : public Logs {
 protected:
  void follow(LogQuery query = {}) {
    query.follow = true;
    thread_ = std::jthread([this, query](const std::stop_token& gone) {
      const auto result = logs_.read(
          app_, query,
          [this](SystemTime, std::string_view source, std::string_view text) {
            seen_.update([&](auto& lines) {
              lines.push_back(std::string(source) + ": " + std::string(text));
            });
            return true;
          },
          gone);
      EXPECT_TRUE(result) << result.error().for_log();
    });
  }

  /// Waits until so many lines were seen, and returns them.
  std::vector<std::string> wait_for(std::size_t count) {
    return seen_.wait_until(
        std::chrono::steady_clock::now() + seconds(30), {},
        [&](const auto& lines) { return lines.size() >= count; },
        [](const auto& lines) { return lines; });
  }

  /// Until the history was read of one process, and the feed reads on.
  void wait_for_feed() {
    wait_for(1);
    while (engine_.calls(test::EngineCall::Logs) < 2) {
      std::this_thread::sleep_for(milliseconds(1));
    }
  }

  /// A stream has ended by then.
  static constexpr milliseconds kSoon{50};
  Guarded<std::vector<std::string>> seen_;
  Guarded<int> asked_;
  std::jthread thread_;
};

TEST_F(FollowedLogs, GoOnBehindTheHistoryWithoutRepeatingIt) {
  const auto web = start("web.1");
  engine_.print(web, "one");
  engine_.print(web, "two");
  follow();
  wait_for(2);
  engine_.print(web, "three");
  EXPECT_THAT(wait_for(3), ElementsAre("app[web.1]: one", "app[web.1]: two", "app[web.1]: three"));
}

TEST_F(FollowedLogs, GoOnWithTheJournal) {
  engine_.print(start("web.1"), "one");
  note(JournalTopic::Lifecycle, "old");
  follow();
  wait_for(2);
  note(JournalTopic::Lifecycle, "new");
  note(JournalTopic::Router, "first of its topic");
  EXPECT_THAT(wait_for(4),
              UnorderedElementsAre("app[web.1]: one", "app[minpaas]: old", "app[minpaas]: new",
                                   "app[router]: first of its topic"));
}

TEST_F(FollowedLogs, AreReadOnceHoweverManyFollow) {
  const auto web = start("web.1");
  engine_.print(web, "one");
  follow();
  wait_for(1);
  engine_.before(test::EngineCall::Logs,
                 [&](const std::string&) { asked_.update([](int& count) { ++count; }); });
  constexpr int kFollowers = 5;
  std::vector<std::jthread> others;
  for (int i = 0; i < kFollowers; ++i) {
    others.emplace_back([this](const std::stop_token& gone) {
      EXPECT_TRUE(logs_.read(
          app_, {.follow = true},
          [this](SystemTime, std::string_view, std::string_view text) {
            seen_.update([&](auto& lines) { lines.emplace_back(text); });
            return true;
          },
          gone));
    });
  }
  wait_for(1 + kFollowers);
  engine_.print(web, "two");
  const auto lines = wait_for(2 * (1 + kFollowers));
  EXPECT_EQ(std::ranges::count(lines, "two"), kFollowers);
  EXPECT_THAT(lines, SizeIs(2 * (1 + kFollowers)));
  // The history for each, and at most one stream for all.
  EXPECT_LE(asked_.with([](int count) { return count; }), kFollowers + 1);
}

TEST_F(FollowedLogs, LoseNothingWhenTheReaderIsSlowerThanTheApp) {
  const auto web = start("web.1");
  engine_.print(web, "first");
  Guarded<bool> go;
  int count = 0;
  bool in_order = true;
  // More than the feed keeps.
  const int kMany = static_cast<int>(LogFeed::kMostLines) * 2;
  std::jthread slow([&](const std::stop_token& gone) {
    EXPECT_TRUE(logs_.read(
        app_, {.follow = true},
        [&](SystemTime, std::string_view, std::string_view text) {
          if (count == 0) {
            seen_.update([](auto& lines) { lines.emplace_back("first"); });
          } else {
            go.wait_until(
                std::chrono::steady_clock::now() + seconds(30), {}, [](bool goes) { return goes; },
                [](bool) {});
            in_order = in_order && text == std::to_string(count - 1);
          }
          return ++count <= kMany;
        },
        gone));
  });
  wait_for(1);
  // Another one keeps the feed going, and tells how far it is.
  follow();
  wait_for(2);
  for (int line = 0; line < kMany; ++line) {
    engine_.print(web, std::to_string(line));
  }
  wait_for(2 + static_cast<std::size_t>(kMany));
  go.update([](bool& goes) { goes = true; });
  slow.join();
  EXPECT_EQ(count, kMany + 1);
  EXPECT_TRUE(in_order);
}

TEST_F(FollowedLogs, AreNotHeldUpWhenTheyAreMany) {
  const auto web = start("web.1");
  engine_.print(web, "first");
  follow();
  wait_for(1);
  // In the pace of single lines these would take longer than wait_for() waits.
  constexpr int kMany = 80'000;
  for (int line = 0; line < kMany; ++line) {
    engine_.print(web, std::to_string(line));
  }
  const auto lines = wait_for(kMany + 1);
  ASSERT_THAT(lines, SizeIs(kMany + 1));
  EXPECT_EQ(lines.back(), "app[web.1]: " + std::to_string(kMany - 1));
}

TEST_F(FollowedLogs, OfATailOfNoneBeginWithWhatIsNew) {
  const auto web = start("web.1");
  engine_.print(web, "old");
  follow({.tail = 0});
  // What is printed before the history was read belongs to it.
  const auto seen = [this] { return seen_.with([](const auto& lines) { return lines; }); };
  for (int tries = 0; tries < 1000 && seen().empty(); ++tries) {
    engine_.print(web, "new");
    std::this_thread::sleep_for(milliseconds(30));
  }
  EXPECT_THAT(seen(), AllOf(SizeIs(testing::Ge(1)), testing::Each("app[web.1]: new")));
}

TEST_F(FollowedLogs, TakeUpTheContainersOfANewRelease) {
  const auto old = start("web.1");
  engine_.print(old, "old");
  follow();
  wait_for(1);
  engine_.print(start("web.1"), "new");
  ASSERT_TRUE(engine_.remove_container(old));
  EXPECT_THAT(wait_for(2), ElementsAre("app[web.1]: old", "app[web.1]: new"));
}

TEST_F(FollowedLogs, GoOnWhenAContainerIsStartedAgain) {
  const auto web = start("web.1");
  engine_.print(web, "before");
  follow();
  wait_for(1);
  ASSERT_TRUE(engine_.stop_container(web, seconds(1)));
  ASSERT_TRUE(engine_.start_container(web));
  engine_.print(web, "after");
  EXPECT_THAT(wait_for(2), ElementsAre("app[web.1]: before", "app[web.1]: after"));
}

TEST_F(FollowedLogs, HaveWhatAProcessPrintsBetweenTwoStarts) {
  engine_.behave(image_, {.exit_code = 1, .log = {"no database"}});
  const auto web = start("web.1");
  ASSERT_TRUE(engine_.set_restart_policy(web, docker::RestartPolicy::UnlessStopped));
  ASSERT_TRUE(engine_.start_container(web));
  ASSERT_EQ(engine_.inspect_container(web)->state, docker::RunState::Restarting);
  follow();
  wait_for(2);
  for (int tries = 3; tries <= 5; ++tries) {
    engine_.print(web, "still no database");
    EXPECT_THAT(wait_for(static_cast<std::size_t>(tries)), SizeIs(tries));
  }
}

TEST_F(FollowedLogs, HaveTheLastWordsOfWhatCameAndWentBetweenTwoLooks) {
  const auto web = start("web.1");
  engine_.print(web, "before");
  follow();
  wait_for_feed();
  ASSERT_TRUE(engine_.stop_container(web, seconds(1)));
  std::this_thread::sleep_for(kSoon);
  std::atomic<bool> has_run = false;
  engine_.before(test::EngineCall::List, [&](const std::string&) {
    if (!has_run.exchange(true)) {
      EXPECT_TRUE(engine_.start_container(web));
      engine_.print(web, "last words");
      EXPECT_TRUE(engine_.stop_container(web, seconds(1)));
    }
  });
  EXPECT_THAT(wait_for(2), ElementsAre("app[web.1]: before", "app[web.1]: last words"));
  const int calls = engine_.calls(test::EngineCall::Logs);
  std::this_thread::sleep_for(milliseconds(2500));
  EXPECT_EQ(engine_.calls(test::EngineCall::Logs), calls) << "it is read once more, no oftener";
}

TEST_F(FollowedLogs, OfAProcessThatCannotBeReadSaySoOnce) {
  const auto web = start("web.1");
  engine_.print(web, "one");
  follow();
  wait_for_feed();
  testing::internal::CaptureStderr();
  engine_.fail_next(test::EngineCall::Logs, {ErrorCode::Failed, "no such driver", "", ""}, 2);
  ASSERT_TRUE(engine_.stop_container(web, seconds(1)));
  std::this_thread::sleep_for(kSoon);
  ASSERT_TRUE(engine_.start_container(web));
  engine_.print(web, "two");
  EXPECT_THAT(wait_for(2), SizeIs(2));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("no such driver"));
  EXPECT_EQ(log.find("no such driver"), log.rfind("no such driver"));
}

TEST_F(FollowedLogs, EndWhenTheFeedDiesAndCanBeFollowedAnew) {
  engine_.print(start("web.1"), "one");
  Guarded<bool> may_go;
  const auto go = [&] { may_go.update([](bool& goes) { goes = true; }); };
  std::jthread slow([&](const std::stop_token& gone) {
    static_cast<void>(logs_.read(
        app_, {.follow = true},
        [&](SystemTime, std::string_view, std::string_view) {
          seen_.update([](auto& lines) { lines.emplace_back("slow"); });
          may_go.wait_until(
              SteadyTime::max(), gone, [](bool goes) { return goes; }, [](bool) {});
          return false;
        },
        gone));
  });
  wait_for(1);
  Guarded<std::optional<ErrorCode>> ended;
  std::jthread follower([&](const std::stop_token& gone) {
    const auto result = logs_.read(
        app_, {.follow = true},
        [&](SystemTime, std::string_view, std::string_view text) {
          seen_.update([&](auto& lines) { lines.emplace_back(text); });
          return true;
        },
        gone);
    ended.update([&](auto& code) { code = result ? ErrorCode::Cancelled : result.error().code; });
  });
  wait_for(2);
  std::atomic<bool> breaks = true;
  engine_.before(test::EngineCall::List, [&](const std::string&) {
    if (breaks) {
      throw std::runtime_error("a bug");
    }
  });
  EXPECT_EQ(
      ended.wait_until(
          std::chrono::steady_clock::now() + seconds(10), {},
          [](const auto& code) { return code.has_value(); }, [](const auto& code) { return code; }),
      ErrorCode::Internal);
  breaks = false;
  follow();
  EXPECT_THAT(wait_for(3), ElementsAre("slow", "one", "app[web.1]: one"));
  thread_ = {};
  go();
}

TEST_F(FollowedLogs, OutliveARestartOfTheEngine) {
  const auto web = start("web.1");
  engine_.print(web, "before");
  follow();
  wait_for(1);
  engine_.go_down();
  engine_.before(test::EngineCall::List,
                 [&](const std::string&) { asked_.update([](int& count) { ++count; }); });
  EXPECT_TRUE(asked_.wait_until(
      std::chrono::steady_clock::now() + seconds(30), {}, [](int count) { return count > 0; },
      [](int count) { return count > 0; }));
  engine_.come_up();
  engine_.print(web, "after");
  EXPECT_THAT(wait_for(2), ElementsAre("app[web.1]: before", "app[web.1]: after"));
}

TEST_F(FollowedLogs, HaveALineWhoseTimeGoesBack) {
  engine_.print(start("web.1"), "one");
  follow();
  wait_for(1);
  note(JournalTopic::Router, "first");
  wait_for(2);
  journal_.add("blog", JournalTopic::Router,
               {{clock_.now() - seconds(30), docker::LogStream::Out, "of an older clock"}});
  EXPECT_THAT(wait_for(3), testing::Contains("app[router]: of an older clock"));
}

TEST_F(FollowedLogs, EndAtOnceWhenTheReaderIsGone) {
  start("web.1");
  follow();
  const auto begin = std::chrono::steady_clock::now();
  thread_.request_stop();
  thread_.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(20));
}

}  // namespace
}  // namespace minpaas::hooks
