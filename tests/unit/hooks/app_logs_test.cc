#include "hooks/app_logs.h"

#include <gmock/gmock.h>

#include <thread>

#include "core/base/guarded.h"
#include "tests/support/fake_engine.h"

namespace minpaas::hooks {
namespace {

using docker::ContainerId;
using test::FakeEngine;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Logs : public testing::Test {
 protected:
  FakeEngine engine_;
  ImageId image_ = engine_.add_image("blog");
  AppLogs logs_{engine_, "this-server"};
  AppName app_ = *AppName::parse("blog");
  int made_ = 0;
  std::vector<std::string> lines_;

  ContainerId start(const std::string& process, const std::string& instance = "this-server",
                    const std::string& one_off = "") {
    docker::ContainerSpec spec;
    spec.name = "c" + std::to_string(++made_);
    spec.image = image_;
    spec.labels = {
        {"minpaas.app", "blog"}, {"minpaas.instance", instance}, {"minpaas.process", process}};
    spec.labels["minpaas.one-off"] = one_off;
    const auto id = *engine_.create_container(spec);
    EXPECT_TRUE(engine_.start_container(id));
    return id;
  }

  Result<void> read(const LogQuery& query = {}) {
    return logs_.read(app_, query,
                      [this](SystemTime, std::string_view source, std::string_view text) {
                        lines_.push_back(std::string(source) + ": " + std::string(text));
                        return true;
                      },
                      {});
  }
};

TEST_F(Logs, MergeTheProcessesByTime) {
  const auto web = start("web.1");
  const auto worker = start("worker.1");
  engine_.print(web, "one");
  engine_.print(worker, "two");
  engine_.print(web, "three", docker::LogStream::Err);
  ASSERT_TRUE(read());
  EXPECT_THAT(lines_, ElementsAre("app[web.1]: one", "app[worker.1]: two", "app[web.1]: three"));
}

TEST_F(Logs, GiveTheLastLinesOfAllProcessesTogether) {
  const auto web = start("web.1");
  const auto worker = start("worker.1");
  for (int i = 1; i <= 5; ++i) {
    engine_.print(web, "w" + std::to_string(i));
    engine_.print(worker, "k" + std::to_string(i));
  }
  ASSERT_TRUE(read({.tail = 3}));
  EXPECT_THAT(lines_, ElementsAre("app[worker.1]: k4", "app[web.1]: w5", "app[worker.1]: k5"));
  lines_.clear();
  ASSERT_TRUE(read({.tail = 0}));
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(Logs, GiveWhatIsNewerThanAMoment) {
  const auto web = start("web.1");
  engine_.print(web, "old");
  engine_.print(web, "new");
  std::vector<SystemTime> times;
  ASSERT_TRUE(engine_.logs(web, {},
                           [&](const docker::LogLine& line) {
                             times.push_back(line.at);
                             return true;
                           },
                           {}));
  ASSERT_TRUE(read({.since = times.at(1)}));
  EXPECT_THAT(lines_, ElementsAre("app[web.1]: new"));
}

TEST_F(Logs, CanBeOfOneProcess) {
  engine_.print(start("web.1"), "a");
  engine_.print(start("web.2"), "b");
  engine_.print(start("web-admin.1"), "c");
  ASSERT_TRUE(read({.process = ProcessType::web()}));
  EXPECT_THAT(lines_, ElementsAre("app[web.1]: a", "app[web.2]: b"));
  lines_.clear();
  ASSERT_TRUE(read({.process = ProcessType::web(), .index = 2}));
  EXPECT_THAT(lines_, ElementsAre("app[web.2]: b"));
}

TEST_F(Logs, AreNotOfWhatSomeoneSitsInFrontOf) {
  engine_.print(start("web.1"), "one");
  engine_.print(start("run.1", "this-server", "1"), "typed");
  ASSERT_TRUE(read());
  EXPECT_THAT(lines_, ElementsAre("app[web.1]: one"));
}

TEST_F(Logs, AreOfThisServerOnly) {
  engine_.print(start("web.1", "another-server"), "secret");
  EXPECT_EQ(read().error().code, ErrorCode::NotFound);
}

TEST_F(Logs, DropWhatWouldMoveTheCursorOfATerminal) {
  engine_.print(start("web.1"), "\x1b[2J\x1b]0;title\x07hello");
  ASSERT_TRUE(read());
  EXPECT_THAT(lines_, ElementsAre("app[web.1]: hello"));
}

TEST_F(Logs, OfAnAppThatNeverRanAreNotThere) {
  const auto result = read();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::NotFound);
  EXPECT_THAT(result.error().message, HasSubstr("blog has no logs"));
}

TEST_F(Logs, OfAProcessThatIsNotThereNameIt) {
  start("web.1");
  const auto result = read({.process = *ProcessType::parse("worker"), .index = 2});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "blog has no process worker.2");
}

TEST_F(Logs, ReportAnEngineThatIsDown) {
  start("web.1");
  engine_.fail_next(test::EngineCall::Logs, {ErrorCode::Unavailable, "no engine", "", ""});
  EXPECT_EQ(read().error().code, ErrorCode::Unavailable);
}

TEST_F(Logs, EndWhenTheReaderLeaves) {
  const auto web = start("web.1");
  for (int i = 0; i < 2000; ++i) {
    engine_.print(web, "line");
  }
  int seen = 0;
  ASSERT_TRUE(logs_.read(app_, {.follow = true},
                         [&](SystemTime, std::string_view, std::string_view) { return ++seen < 3; },
                         {}));
  EXPECT_EQ(seen, 3);
}

/// A reader that follows on a thread of its own.
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
  engine_.before(test::EngineCall::Logs,
                 [&](const std::string&) { asked_.update([](int& count) { ++count; }); });
  follow({.tail = 0});
  // The history has been read once the log is asked for the second time.
  EXPECT_TRUE(asked_.wait_until(
      std::chrono::steady_clock::now() + seconds(30), {}, [](int count) { return count > 1; },
      [](int count) { return count > 1; }));
  engine_.print(web, "new");
  EXPECT_THAT(wait_for(1), ElementsAre("app[web.1]: new"));
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
