#include "hooks/logs/app_journal.h"

#include <gmock/gmock.h>

#include <fstream>
#include <thread>

#include "core/app/secret_mask.h"
#include "core/base/text_cut.h"
#include "tests/support/temp_dir.h"

namespace minpaas::hooks {
namespace {

using docker::LogLine;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Journal : public testing::Test {
 protected:
  void add(int second, const std::string& text, const std::string& label = "blog") {
    journal_.add(label, JournalTopic::Router,
                 {{SystemTime(seconds(second)), docker::LogStream::Out, text}});
  }

  std::vector<std::string> read(const docker::LogOptions& options = {},
                                const std::string& label = "blog") {
    std::vector<std::string> texts;
    EXPECT_TRUE(journal_.read(label, JournalTopic::Router, options,
                              [&](const LogLine& line) {
                                texts.push_back(line.text);
                                return true;
                              },
                              {}));
    return texts;
  }

  test::TempDir folder_;
  AppJournal journal_{folder_.path()};
};

TEST_F(Journal, GivesBackWhatWasAddedWithItsTime) {
  journal_.add("blog", JournalTopic::Lifecycle,
               {{SystemTime(std::chrono::microseconds(1'234'567)), docker::LogStream::Out, "a b"}});
  std::vector<LogLine> lines;
  ASSERT_TRUE(journal_.read("blog", JournalTopic::Lifecycle, {},
                            [&](const LogLine& line) {
                              lines.push_back(line);
                              return true;
                            },
                            {}));
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0].at, SystemTime(std::chrono::microseconds(1'234'567)));
  EXPECT_EQ(lines[0].text, "a b");
  EXPECT_THAT(read(), IsEmpty());
}

TEST_F(Journal, GivesTheLastLinesAndThoseSinceAMoment) {
  for (int second = 1; second <= 5; ++second) {
    add(second, std::to_string(second));
  }
  EXPECT_THAT(read({.tail = 2}), ElementsAre("4", "5"));
  EXPECT_THAT(read({.since = SystemTime(seconds(4))}), ElementsAre("4", "5"));
  EXPECT_THAT(read({.tail = 1, .since = SystemTime(seconds(3))}), ElementsAre("5"));
}

TEST_F(Journal, IsOneLineForEachHoweverItLooks) {
  add(1, "two\nlines");
  add(2, std::string(5000, 'x'));
  const auto texts = read();
  ASSERT_THAT(texts, SizeIs(2));
  EXPECT_THAT(texts[0], testing::Not(testing::HasSubstr("\n")));
  EXPECT_EQ(texts[1], cut_text(std::string(5000, 'x'), AppJournal::kMostLineBytes));
}

TEST_F(Journal, ShowsNoPartOfAValueThatTheEndOfALineSplits) {
  SecretMask mask;
  mask.hide({{*ConfigKey::parse("TOKEN"), Secret("0123456789abcdef")}});
  const std::string before(AppJournal::kMostLineBytes - 8, 'x');
  add(1, before + "0123456789abcdef");
  ASSERT_THAT(read(), SizeIs(1));
  EXPECT_EQ(mask.apply(read().front()), before + "[TOKEN]" + std::string(kTextGoesOn));
}

TEST_F(Journal, StaysBoundedAndKeepsTheNewest) {
  const std::string text(1000, 'x');
  constexpr int kLines = 4000;
  for (int i = 0; i < kLines; ++i) {
    add(i, text + std::to_string(i));
  }
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    bytes += entry.file_size();
  }
  EXPECT_LE(bytes, 2 * AppJournal::kMostFileBytes + 4096);
  const auto texts = read();
  EXPECT_GE(texts.size(), 1000U);
  EXPECT_EQ(texts.back(), text + std::to_string(kLines - 1));
}

TEST_F(Journal, GoesOnBehindALineThatACrashHasCut) {
  add(1, "one");
  std::ofstream(folder_.path() / "blog.router", std::ios::app) << "1970-01-01T00:0";
  add(2, "two");
  EXPECT_THAT(read(), ElementsAre("one", "two"));
}

TEST_F(Journal, IsFollowedOverTheChangeOfFiles) {
  Guarded<std::vector<int>> seen;
  std::jthread follower([&](const std::stop_token& stop) {
    const auto ended = journal_.read(
        "blog", JournalTopic::Router, {.follow = true},
        [&](const LogLine& line) {
          seen.update([&](auto& numbers) { numbers.push_back(std::stoi(line.text)); });
          return true;
        },
        stop);
    EXPECT_EQ(ended.error().code, ErrorCode::Cancelled);
  });
  const std::string padding(1000, ' ');
  constexpr int kLines = 3000;
  for (int i = 0; i < kLines; ++i) {
    add(i, std::to_string(i) + padding);
    if (i % 500 == 0) {
      seen.wait_until(
          std::chrono::steady_clock::now() + seconds(30), {},
          [&](const auto& numbers) { return numbers.size() == static_cast<std::size_t>(i) + 1; },
          [](const auto&) {});
    }
  }
  const auto numbers = seen.wait_until(
      std::chrono::steady_clock::now() + seconds(30), {},
      [](const auto& all) { return all.size() == kLines; }, [](const auto& all) { return all; });
  ASSERT_THAT(numbers, SizeIs(kLines));
  EXPECT_TRUE(std::ranges::is_sorted(numbers));
}

/// Bytes that this process has read so far; none where the kernel does not count.
std::optional<long long> bytes_read() {
  std::ifstream counters("/proc/self/io");
  std::string name;
  long long bytes = 0;
  return counters >> name >> bytes ? std::optional(bytes) : std::nullopt;
}

TEST_F(Journal, IsReadForThoseWhoFollowFromWhereTheyAreOn) {
  if (!bytes_read()) {
    GTEST_SKIP() << "this kernel does not count what a process reads";
  }
  constexpr int kBefore = 800;
  constexpr int kAfter = 100;
  for (int i = 0; i < kBefore; ++i) {
    add(i, std::string(1000, 'x'));
  }
  Guarded<int> seen;
  const auto wait_for = [&](int count) {
    return seen.wait_until(
        std::chrono::steady_clock::now() + seconds(30), {},
        [&](int lines) { return lines == count; }, [&](int lines) { return lines == count; });
  };
  std::jthread follower([&](const std::stop_token& stop) {
    static_cast<void>(journal_.read(
        "blog", JournalTopic::Router, {.follow = true},
        [&](const LogLine&) {
          seen.update([](int& lines) { ++lines; });
          return true;
        },
        stop));
  });
  ASSERT_TRUE(wait_for(kBefore));
  const auto before = bytes_read();
  for (int i = 1; i <= kAfter; ++i) {
    add(kBefore + i, "new");
    ASSERT_TRUE(wait_for(kBefore + i));
  }
  EXPECT_LT(*bytes_read() - *before, 1'000'000);
}

TEST_F(Journal, SaysWhatItCannotRemove) {
  // No file, and not empty.
  std::filesystem::create_directories(folder_.path() / "gone.router" / "x");
  testing::internal::CaptureStderr();
  journal_.keep_only({"blog"});
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("cannot be removed"));
}

TEST_F(Journal, KeepsOnlyWhatIsOfAnApp) {
  add(1, "a", "blog");
  add(1, "b", "blog.10007");
  add(1, "c", "gone");
  journal_.keep_only({"blog", "blog.10007"});
  EXPECT_THAT(read({}, "blog"), ElementsAre("a"));
  EXPECT_THAT(read({}, "blog.10007"), ElementsAre("b"));
  EXPECT_THAT(read({}, "gone"), IsEmpty());
  EXPECT_FALSE(journal_.has("gone", JournalTopic::Router));
}

}  // namespace
}  // namespace minpaas::hooks
