#include "hooks/access/fresh_mask.h"

#include <gtest/gtest.h>

#include "tests/support/hand_clock.h"

namespace minpaas::hooks {
namespace {

SharedMask hiding(std::string_view key, std::string value) {
  auto mask = std::make_shared<SecretMask>();
  mask->hide({{*ConfigKey::parse(key), Secret(std::move(value))}});
  return mask;
}

using Masks = std::vector<SharedMask>;

Error no_database() {
  return {ErrorCode::Unavailable, "no database", "", ""};
}

TEST(FreshMask, HidesWhatIsSetMeanwhileAndWhatWasSetBefore) {
  test::HandClock clock;
  Result<Masks> masks = Masks{hiding("A", "first value")};
  auto mask = FreshMask::make([&] { return masks; }, clock);
  ASSERT_TRUE(mask);
  EXPECT_EQ(*mask->apply("first value, second value"), "[A], second value");
  masks = Masks{hiding("A", "second value")};
  clock.advance(milliseconds(1001));
  EXPECT_EQ(*mask->apply("first value, second value"), "[A], [A]");
}

TEST(FreshMask, LetsNothingThroughWhileItCannotBeRead) {
  test::HandClock clock;
  Result<Masks> masks = Masks{hiding("A", "first value")};
  auto mask = FreshMask::make([&] { return masks; }, clock);
  ASSERT_TRUE(mask);
  masks = no_database();
  EXPECT_EQ(*mask->apply("first value"), "[A]") << "it is fresh";
  clock.advance(milliseconds(1001));
  EXPECT_EQ(mask->apply("second value").error().code, ErrorCode::Unavailable);
  EXPECT_EQ(mask->apply_to_whole("second value").error().code, ErrorCode::Unavailable);
  masks = Masks{hiding("A", "second value")};
  EXPECT_EQ(*mask->apply("second value"), "[A]");
}

TEST(FreshMask, ReadsAnewWhenItIsToldTo) {
  test::HandClock clock;
  Masks masks{hiding("A", "first value")};
  auto mask = FreshMask::make([&] { return Result<Masks>(masks); }, clock);
  ASSERT_TRUE(mask);
  masks = {hiding("A", "second value")};
  mask->expire();
  EXPECT_EQ(*mask->apply("second value"), "[A]");
}

TEST(FreshMask, HidesBothHalvesOfAValueInALineThatWasCut) {
  test::HandClock clock;
  auto mask =
      FreshMask::make([] { return Result<Masks>(Masks{hiding("A", "s3cret-value")}); }, clock);
  ASSERT_TRUE(mask);
  EXPECT_EQ(*mask->apply(std::string(65'530, '.') + "s3cret\u22ef"),
            std::string(65'530, '.') + "[A]\u22ef");
  EXPECT_EQ(*mask->apply("\u22ef-value."), "\u22ef[A].");
}

TEST(FreshMask, IsNotMadeOfWhatCannotBeRead) {
  test::HandClock clock;
  const auto mask = FreshMask::make([] { return Result<Masks>(no_database()); }, clock);
  EXPECT_EQ(mask.error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace minpaas::hooks
