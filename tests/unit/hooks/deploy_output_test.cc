#include "hooks/queue/deploy_output.h"

#include <gmock/gmock.h>

#include <vector>

namespace minpaas::hooks {
namespace {

using testing::ElementsAre;

class HandClock : public Clock {
 public:
  [[nodiscard]] SystemTime now() const override { return {}; }

  [[nodiscard]] SteadyTime steady() const override { return time; }

  SteadyTime time;
};

class Output : public testing::Test {
 protected:
  HandClock clock_;
  std::vector<std::string> lines_;
  DeployOutput output_{[this](std::string_view line) {
                         lines_.emplace_back(line);
                         return true;
                       },
                       clock_};
};

TEST_F(Output, MarksEachKindOfLine) {
  output_.stage("Building");
  output_.detail("FROM base");
  output_.warn("careful");
  output_.final_word("live");
  EXPECT_THAT(lines_,
              ElementsAre("-----> Building", "       FROM base", " !     careful", "=====> live"));
}

TEST_F(Output, SaysHowLongAStageTook) {
  output_.stage("Building");
  clock_.time += milliseconds(12'300);
  output_.done("Built");
  EXPECT_EQ(lines_.back(), "       Built (12.3 s)");
}

TEST_F(Output, PutsTheHintOfAnErrorOnALineOfItsOwn) {
  output_.error({ErrorCode::Failed, "it failed", "try this\nthen that", "secret cause"});
  EXPECT_THAT(lines_, ElementsAre(" !     it failed", " !     try this", " !     then that"));
}

TEST_F(Output, HidesAValueWithControlCharactersInIt) {
  output_.hide({{*ConfigKey::parse("TOKEN"), Secret("s3cret-value")}});
  output_.detail("s3cret-\bvalue and s3c\x1b[2Kret-value");
  EXPECT_THAT(lines_, ElementsAre("       [TOKEN] and [TOKEN]"));
}

TEST_F(Output, HidesBothHalvesOfAValueInALineThatWasCut) {
  output_.hide({{*ConfigKey::parse("TOKEN"), Secret("s3cret-value")}});
  output_.detail(std::string(65'530, '.') + "s3cret\u22ef");
  output_.detail("\u22ef-value.");
  static_cast<void>(output_.lines()("       \u22ef-value."));
  EXPECT_THAT(lines_, ElementsAre("       " + std::string(65'530, '.') + "[TOKEN]\u22ef",
                                  "       \u22ef[TOKEN].", "       \u22ef[TOKEN]."));
}

TEST_F(Output, DropsControlSequencesOfOthers) {
  output_.detail("\x1b[2Jcleared");
  EXPECT_THAT(lines_, ElementsAre("       cleared"));
}

TEST(InAFewWords, KeepsAShortTextAsItIs) {
  EXPECT_EQ(in_a_few_words("short", 20), "short");
}

TEST(InAFewWords, TakesTheFirstLine) {
  EXPECT_EQ(in_a_few_words("one\ntwo", 20), "one");
}

TEST(InAFewWords, CutsAtAWord) {
  EXPECT_EQ(in_a_few_words("one two three", 9), "one two ...");
}

TEST(InAFewWords, DoesNotCutAWord) {
  EXPECT_EQ(in_a_few_words("unbreakable", 5), "see the output");
}

}  // namespace
}  // namespace minpaas::hooks
