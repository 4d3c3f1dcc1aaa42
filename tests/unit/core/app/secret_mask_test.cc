#include "core/app/secret_mask.h"

#include <gtest/gtest.h>

namespace minpaas {
namespace {

SecretMask mask_of(const std::map<std::string, std::string>& values) {
  ConfigVars vars;
  for (const auto& [key, value] : values) {
    vars.emplace(*ConfigKey::parse(key), Secret(value));
  }
  SecretMask mask;
  mask.hide(vars);
  return mask;
}

TEST(SecretMask, PutsTheKeyInPlaceOfTheValueWhereverItStands) {
  const auto mask = mask_of({{"TOKEN", "s3cret-value"}});
  EXPECT_EQ(mask.apply("s3cret-value"), "[TOKEN]");
  EXPECT_EQ(mask.apply("a=s3cret-values3cret-value;"), "a=[TOKEN][TOKEN];");
  EXPECT_EQ(mask.apply("nothing here"), "nothing here");
}

TEST(SecretMask, LeavesShortValuesBeReadable) {
  const auto mask = mask_of({{"A", "sixsix"}, {"B", ""}, {"C", "seven-7"}});
  EXPECT_EQ(mask.apply("sixsix seven-7"), "sixsix [C]");
}

TEST(SecretMask, HidesALongerValueBeforeOneThatIsInIt) {
  const auto mask = mask_of({{"HOST", "db.example"}, {"URL", "postgres://u:p@db.example/x"}});
  EXPECT_EQ(mask.apply("postgres://u:p@db.example/x on db.example"), "[URL] on [HOST]");
}

TEST(SecretMask, HidesEveryLineOfAValue) {
  const auto mask = mask_of({{"PEM", "first line\r\n  second line\nend"}});
  EXPECT_EQ(mask.apply("first line"), "[PEM]");
  EXPECT_EQ(mask.apply("> second line <"), "> [PEM] <");
  EXPECT_EQ(mask.apply("end"), "end");
}

TEST(SecretMask, DoesNotMaskItsOwnWords) {
  const auto mask = mask_of({{"LONG_NAME", "LONG_NAME"}});
  EXPECT_EQ(mask.apply("LONG_NAME=LONG_NAME"), "[LONG_NAME]=[LONG_NAME]");
}

}  // namespace
}  // namespace minpaas
