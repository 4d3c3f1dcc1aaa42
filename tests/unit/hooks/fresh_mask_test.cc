#include "hooks/fresh_mask.h"

#include <gtest/gtest.h>

#include "tests/support/hand_clock.h"

namespace minpaas::hooks {
namespace {

ConfigVars one(std::string_view key, std::string value) {
  return {{*ConfigKey::parse(key), Secret(std::move(value))}};
}

TEST(FreshMask, HidesWhatIsSetMeanwhileAndWhatWasSetBefore) {
  test::HandClock clock;
  Result<ConfigVars> vars = one("A", "first value");
  auto mask = FreshMask::make([&] { return vars; }, clock);
  ASSERT_TRUE(mask);
  EXPECT_EQ(mask->apply("first value, second value"), "[A], second value");
  vars = one("A", "second value");
  clock.advance(milliseconds(1001));
  EXPECT_EQ(mask->apply("first value, second value"), "[A], [A]");
  vars = Error{ErrorCode::Unavailable, "no database", "", ""};
  clock.advance(milliseconds(1001));
  EXPECT_EQ(mask->apply("second value"), "[A]");
}

TEST(FreshMask, HidesBothHalvesOfAValueInALineThatWasCut) {
  test::HandClock clock;
  auto mask = FreshMask::make([] { return Result<ConfigVars>(one("A", "s3cret-value")); }, clock);
  ASSERT_TRUE(mask);
  EXPECT_EQ(mask->apply(std::string(65'530, '.') + "s3cret\u22ef"),
            std::string(65'530, '.') + "[A]\u22ef");
  EXPECT_EQ(mask->apply("\u22ef-value."), "\u22ef[A].");
}

TEST(FreshMask, IsNotMadeOfWhatCannotBeRead) {
  test::HandClock clock;
  const auto mask = FreshMask::make(
      [] {
        return Result<ConfigVars>(Error{ErrorCode::Unavailable, "no database", "", ""});
      },
      clock);
  EXPECT_EQ(mask.error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace minpaas::hooks
