#include "core/app/secret_mask.h"

#include <gtest/gtest.h>

#include "core/base/text_cut.h"

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

TEST(SecretMask, LeavesAWordThatHasAValueInItWhereThatIsSaid) {
  auto mask = mask_of({{"ENV", "production"}, {"PW", "my-production-password"}});
  mask.keep("shop-production");
  EXPECT_EQ(mask.apply("shop-production runs in production"), "shop-production runs in [ENV]");
  EXPECT_EQ(mask.apply("https://shop-production.example.com"),
            "https://shop-production.example.com");
  EXPECT_EQ(mask.apply("my-production-password"), "[PW]");
  EXPECT_EQ(mask.apply("a-shop-production-b production"), "a-shop-production-b [ENV]");
}

TEST(SecretMask, TellsNobodyWhoGuessesHowAValueBegins) {
  const auto mask = mask_of({{"TOKEN", "s3cret-value"}});
  const std::string guess = "'s3" + std::string(kTextGoesOn) + "' is not KEY=VALUE";
  EXPECT_EQ(mask.apply_to_whole(guess), guess);
  EXPECT_NE(mask.apply(guess), guess) << "in a line that the platform has cut it is hidden";
  EXPECT_EQ(mask.apply_to_whole("s3cret-value"), "[TOKEN]");
}

TEST(SecretMask, HidesEveryLineOfAValue) {
  const auto mask = mask_of({{"PEM", "first line\r\n  second line\nend"}});
  EXPECT_EQ(mask.apply("first line"), "[PEM]");
  EXPECT_EQ(mask.apply("> second line <"), "> [PEM] <");
  EXPECT_EQ(mask.apply("end"), "end");
}

TEST(SecretMask, HidesAValueOfShortLinesAsAWhole) {
  const auto mask = mask_of({{"PIN", "abc\ndef\nghi\n"}});
  EXPECT_EQ(mask.apply("PIN=abc\ndef\nghi;"), "PIN=[PIN];");
  EXPECT_EQ(mask.apply(R"({"pin": "abc\ndef\nghi\n"})"), R"({"pin": "[PIN]\n"})");
  EXPECT_EQ(mask.apply("abc"), "abc");
}

TEST(SecretMask, HidesAValueAsJsonWritesIt) {
  const auto mask = mask_of({{"PW", "a\"b\\c\xc3\xa9\td"}});
  EXPECT_EQ(mask.apply(R"({"password": "a\"b\\c\u00e9\td"})"), R"({"password": "[PW]"})");
  EXPECT_EQ(mask.apply("{\"password\": \"a\\\"b\\\\c\xc3\xa9\\td\"}"), R"({"password": "[PW]"})");
}

TEST(SecretMask, HidesAValueAsATerminalIsShownIt) {
  const auto mask = mask_of({{"PW", "tab\there\x01\xff"}, {"COLOUR", "one\x1b[2Jtwo-three"}});
  EXPECT_EQ(mask.apply("x tab\\there\\x01\xef\xbf\xbd x"), "x [PW] x");
  EXPECT_EQ(mask.apply("x tab\there\xef\xbf\xbd x"), "x [PW] x");
  EXPECT_EQ(mask.apply("onetwo-three"), "[COLOUR]");
}

TEST(SecretMask, DoesNotMaskItsOwnWords) {
  const auto mask = mask_of({{"LONG_NAME", "LONG_NAME"}});
  EXPECT_EQ(mask.apply("LONG_NAME=LONG_NAME"), "[LONG_NAME]=[LONG_NAME]");
}

TEST(SecretMask, HidesBothHalvesOfAValueThatIsCut) {
  const auto mask = mask_of({{"TOKEN", "s3cret-value"}});
  for (std::size_t at = 1; at < 12; ++at) {
    const std::string value = "s3cret-value";
    const std::string cut(kTextGoesOn);
    EXPECT_EQ(mask.apply("a=" + value.substr(0, at) + cut), "a=[TOKEN]" + cut);
    EXPECT_EQ(mask.apply("#5 " + cut + value.substr(at) + "; b"), "#5 " + cut + "[TOKEN]; b");
    EXPECT_EQ(mask.apply(cut + value.substr(at) + value.substr(0, at) + cut),
              cut + "[TOKEN][TOKEN]" + cut);
  }
}

TEST(SecretMask, HidesWholeAndCutValuesThatOverlap) {
  const auto mask = mask_of({{"A", "abcdefga"}, {"B", "xx-abcdefga-xx"}});
  const std::string cut(kTextGoesOn);
  EXPECT_EQ(mask.apply("1 abcdefga" + cut), "1 [A]" + cut);
  EXPECT_EQ(mask.apply("1 xx-abcdefga" + cut), "1 [B]" + cut);
  EXPECT_EQ(mask.apply(cut + "abcdefga-xx 1"), cut + "[B] 1");
}

TEST(SecretMask, CutOfWhatIsNoValueChangesNothing) {
  const auto mask = mask_of({{"TOKEN", "s3cret-value"}});
  const std::string cut(kTextGoesOn);
  EXPECT_EQ(mask.apply(cut + "3cret-valu" + cut), cut + "3cret-valu" + cut);
  EXPECT_EQ(mask.apply("a" + cut + " b"), "a" + cut + " b");
  EXPECT_EQ(mask.apply(cut), cut);
}

}  // namespace
}  // namespace minpaas
