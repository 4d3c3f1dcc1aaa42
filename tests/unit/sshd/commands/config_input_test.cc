#include "sshd/commands/config_input.h"

#include <gmock/gmock.h>

#include "sshd/commands/exec_line.h"

namespace minpaas::sshd::commands {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

std::vector<std::pair<std::string, std::string>> revealed(const Result<ConfigVars>& vars) {
  if (!vars) {
    return {{"refused", vars.error().message}};
  }
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& [key, value] : *vars) {
    all.emplace_back(key.str(), value.reveal());
  }
  return all;
}

Result<ConfigVars> assign(std::string_view line) {
  return parse_assignments(*split_exec_line(line), "config:set blog");
}

std::string complaint(const Result<ConfigVars>& vars) {
  return vars ? "accepted" : vars.error().message + " | " + vars.error().hint;
}

TEST(Assignments, SplitAtTheFirstEqualsSign) {
  EXPECT_THAT(revealed(assign("A=1 B= C=x=y 'D=a b'")),
              ElementsAre(Pair("A", "1"), Pair("B", ""), Pair("C", "x=y"), Pair("D", "a b")));
}

TEST(Assignments, ExplainQuotingWhenTheLocalShellTookTheQuotes) {
  const auto why = complaint(assign("GREETING=hello world"));
  EXPECT_THAT(why, HasSubstr("argument 2 after the app is not KEY=VALUE"));
  EXPECT_THAT(why, HasSubstr("ssh minpaas \"config:set blog GREETING='hello world'\""));
  EXPECT_THAT(why, HasSubstr("ssh minpaas config:set blog GREETING=- < FILE"));
}

TEST(Assignments, NeverRepeatWhatMayBeTheRestOfASecret) {
  EXPECT_THAT(complaint(assign("PW=my s3cret")), Not(HasSubstr("s3cret")));
  EXPECT_THAT(complaint(assign("PW=my s3/cret=")), Not(HasSubstr("cret")));
  EXPECT_THAT(complaint(assign("PW=s3cret{\"x\":1}")), Not(HasSubstr("s3cret")));
  EXPECT_THAT(complaint(assign("my-key=s3cret")), Not(HasSubstr("s3cret")));
}

TEST(Assignments, NameABadKey) {
  EXPECT_THAT(complaint(assign("my-key=1")), HasSubstr("'my-key' is no valid config key"));
  EXPECT_THAT(complaint(assign("=1")), HasSubstr("argument 1 after the app has no valid name"));
  EXPECT_THAT(complaint(assign("PORT=1")), HasSubstr("PORT is set by the platform"));
}

TEST(Assignments, RefuseAKeyGivenTwice) {
  EXPECT_THAT(complaint(assign("A=1 A=2")), HasSubstr("A is given twice"));
}

TEST(Assignments, RefuseValuesWhoseQuotesWouldBeLost) {
  const auto why = complaint(assign(R"(DATA={"a":1})"));
  EXPECT_THAT(why, HasSubstr("the value of DATA has quotes or backslashes in it"));
  EXPECT_THAT(why, HasSubstr("config:set blog DATA=- < FILE"));
}

TEST(ConfigLines, AreReadLikeAnEnvFile) {
  EXPECT_THAT(revealed(parse_config_lines("\xef\xbb\xbf# comment\n\nA=1\r\n  export B=x y # z\n"
                                          "C='it'\\''s'\nDD=\"two\nlines\"\nE=\nF=a\"b")),
              ElementsAre(Pair("A", "1"), Pair("B", "x y # z"), Pair("C", "it's"),
                          Pair("DD", "two\nlines"), Pair("E", ""), Pair("F", "a\"b")));
}

TEST(ConfigLines, AreEmptyWithoutAnyKey) {
  for (const char* text : {"", "\n", "# a", "  \n\t\n#", "\r\n", "\xef\xbb\xbf"}) {
    EXPECT_THAT(revealed(parse_config_lines(text)), ElementsAre()) << text;
  }
}

TEST(ConfigLines, NameTheLineOfAMistake) {
  EXPECT_THAT(complaint(parse_config_lines("A=1\nB")),
              HasSubstr("line 2 of standard input is not KEY=VALUE"));
  EXPECT_THAT(complaint(parse_config_lines("A='x\ny'\nB")), HasSubstr("line 3"));
  EXPECT_THAT(complaint(parse_config_lines("A='x' s3cret")),
              testing::AllOf(HasSubstr("line 1"), HasSubstr("after the closing quote"),
                             Not(HasSubstr("s3cret"))));
  EXPECT_THAT(
      complaint(parse_config_lines("A='s3cret")),
      testing::AllOf(HasSubstr("line 1"), HasSubstr("never closed"), Not(HasSubstr("s3cret"))));
  EXPECT_THAT(complaint(parse_config_lines("A=1\nA=2")), HasSubstr("A is given twice"));
}

TEST(ConfigLines, GiveBackEveryValue) {
  const ConfigKey key = *ConfigKey::parse("KEY");
  for (const char* text :
       {"", "plain", " blanks ", "it's", "'quoted'", "\"", "a\nb\n", "end\r", "\r\n", "$x `id` \\",
        "# no comment", "=", "gr\xc3\xbc\xc3\x9f", "\xff\xfe", "\n", "export A=1", "a'b\nc\"d"}) {
    const std::string line = format_config_line(key, Secret(text));
    EXPECT_THAT(revealed(parse_config_lines(line)), ElementsAre(Pair("KEY", text)));
    EXPECT_THAT(revealed(parse_config_lines("A=1\n" + line + "Z=2\n")),
                ElementsAre(Pair("A", "1"), Pair("KEY", text), Pair("Z", "2")));
  }
}

TEST(ConfigLines, KeepTheLimitsOfAValue) {
  EXPECT_TRUE(parse_config_lines("A=" + std::string(kMostConfigValueBytes, 'x')));
  EXPECT_FALSE(parse_config_lines("A=" + std::string(kMostConfigValueBytes + 1, 'x')));
  EXPECT_FALSE(parse_config_lines(std::string_view("A=x\0y", 5)));
}

}  // namespace
}  // namespace minpaas::sshd::commands
