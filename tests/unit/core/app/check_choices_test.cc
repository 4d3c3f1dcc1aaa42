#include "core/app/check_choices.h"

#include <gmock/gmock.h>

namespace minpaas {
namespace {

using testing::HasSubstr;

Result<CheckChange> parse(const std::vector<std::string_view>& words) {
  return CheckChange::parse(words);
}

TEST(CheckChoices, AreSetAndGoBackToTheDefault) {
  const auto all = parse({"path=/up?a=b", "deadline=2m", "timeout=5", "attempts=7", "wait=1m"});
  ASSERT_TRUE(all) << all.error().for_log();
  const CheckChoices chosen = all->apply({});
  EXPECT_EQ(chosen, (CheckChoices{.path = "/up?a=b",
                                  .deadline = seconds(120),
                                  .timeout = seconds(5),
                                  .attempts = 7,
                                  .wait = seconds(60)}));
  EXPECT_EQ(parse({"path=", "deadline=", "attempts=", "wait="})->apply(chosen),
            (CheckChoices{.timeout = seconds(5)}));
  EXPECT_TRUE(parse({"timeout="})->apply({.timeout = seconds(5)}).empty());
}

TEST(CheckChoices, ThatAreNoneAreRefusedInOneLine) {
  const std::vector<std::pair<std::vector<std::string_view>, std::string>> cases{
      {{}, "there is nothing to set"},
      {{"path"}, "'path' is not KEY=VALUE"},
      {{"path=up"}, "path 'up' is no path such as /up, without spaces"},
      {{"path=/a b"}, "path '/a b' is no path"},
      {{"path=/a\r\nX: y"}, R"(path '/a\x0d\nX: y' is no path)"},
      {{"deadline=0"}, "deadline=0: it is a time from 1s to 1h, in whole seconds"},
      {{"timeout=500ms"}, "timeout=500ms: it is a time from 1s to 1h, in whole seconds"},
      {{"timeout=2h"}, "timeout=2h: it is a time from 1s to 1h"},
      {{"timeout=soon"}, "timeout"},
      {{"attempts=0"}, "attempts"},
      {{"wait=0"}, "wait=0: it is a time from 1s to 1h"},
      {{"path=/a", "path=/b"}, "path stands twice"},
      {{"speed=1"}, "there is no 'speed' of a check"},
  };
  for (const auto& [words, message] : cases) {
    const auto change = parse(words);
    ASSERT_FALSE(change) << message;
    EXPECT_EQ(change.error().code, ErrorCode::InvalidInput);
    EXPECT_THAT(change.error().message, HasSubstr(message));
  }
}

}  // namespace
}  // namespace minpaas
