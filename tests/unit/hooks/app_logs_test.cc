#include <gmock/gmock.h>

#include "tests/unit/hooks/app_logs_bed.h"

namespace minpaas::hooks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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

TEST_F(Logs, HaveTheJournalOfTheAppBesideItsOutput) {
  const auto web = start("web.1");
  engine_.print(web, "one");
  note(JournalTopic::Router, "GET / 200");
  engine_.print(web, "two");
  note(JournalTopic::Lifecycle, "web.1 has ended");
  ASSERT_TRUE(read());
  EXPECT_THAT(lines_, ElementsAre("app[web.1]: one", "app[router]: GET / 200", "app[web.1]: two",
                                  "app[minpaas]: web.1 has ended"));
  lines_.clear();
  ASSERT_TRUE(read({.process = *ProcessType::parse("router")}));
  EXPECT_THAT(lines_, ElementsAre("app[router]: GET / 200"));
}

TEST_F(Logs, OfAnAppThatNeverStartedSayWhy) {
  note(JournalTopic::Lifecycle, "deploy 1 has failed");
  ASSERT_TRUE(read());
  EXPECT_THAT(lines_, ElementsAre("app[minpaas]: deploy 1 has failed"));
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

}  // namespace
}  // namespace minpaas::hooks
