#include "sshd/commands/exec_line.h"

#include <gmock/gmock.h>

#include "core/base/shell_quote.h"

namespace minpaas::sshd::commands {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> split(std::string_view line) {
  const auto words = split_exec_line(line);
  std::vector<std::string> texts;
  if (!words) {
    return {"refused: " + words.error().message};
  }
  for (const Word& word : *words) {
    texts.push_back(word.text);
  }
  return texts;
}

bool loses_quotes(std::string_view line) {
  const auto words = split_exec_line(line);
  return words && words->back().lost_quotes;
}

TEST(ExecLine, SplitsAtBlanks) {
  EXPECT_THAT(split("  config:set \t blog A=1  "), ElementsAre("config:set", "blog", "A=1"));
  EXPECT_THAT(split(""), ElementsAre());
  EXPECT_THAT(split(" \t \r\n"), ElementsAre());
}

TEST(ExecLine, TakesQuotesOffAsAShellDoes) {
  EXPECT_THAT(split("A='b c'"), ElementsAre("A=b c"));
  EXPECT_THAT(split("A=\"b 'c'\""), ElementsAre("A=b 'c'"));
  EXPECT_THAT(split("'it'\\''s'"), ElementsAre("it's"));
  EXPECT_THAT(split("a\\ b c"), ElementsAre("a b", "c"));
  EXPECT_THAT(split("'' \"\" x"), ElementsAre("", "", "x"));
  EXPECT_THAT(split("'a\nb'"), ElementsAre("a\nb"));
  EXPECT_THAT(split("a\\\nb"), ElementsAre("ab"));
}

TEST(ExecLine, KeepsBackslashesInDoubleQuotesButBeforeTheFiveSpecials) {
  EXPECT_THAT(split(R"("\n \$ \` \" \\ \'")"), ElementsAre(R"(\n $ ` " \ \')"));
  EXPECT_THAT(split("\"a\\\nb\""), ElementsAre("ab"));
  EXPECT_THAT(split(R"('\n\')"), ElementsAre(R"(\n\)"));
}

TEST(ExecLine, ExpandsNothing) {
  for (const char* word : {"$HOME", "`id`", "$(id)", "*", "~", "a;b", "a|b", "a&b", "a>b", "#a",
                           "{a,b}", "!x", "a&&b"}) {
    EXPECT_THAT(split(word), ElementsAre(word));
    EXPECT_THAT(split("'" + std::string(word) + "'"), ElementsAre(word));
    EXPECT_THAT(split("\"" + std::string(word) + "\""), ElementsAre(word));
  }
}

TEST(ExecLine, KeepsBytesThatAreNoText) {
  EXPECT_THAT(split("A=\xff\xfe gr\xc3\xbc\xc3\x9f"),
              ElementsAre("A=\xff\xfe", "gr\xc3\xbc\xc3\x9f"));
}

TEST(ExecLine, RefusesAnOpenQuoteWithoutRepeatingTheText) {
  for (const char* line : {"set A='s3cret", "set A=\"s3cret", "set A='s3cret'\"", "s3cret\\"}) {
    const auto words = split_exec_line(line);
    ASSERT_FALSE(words) << line;
    EXPECT_EQ(words.error().code, ErrorCode::InvalidInput);
    EXPECT_THAT(words.error().message, Not(HasSubstr("s3cret")));
    EXPECT_THAT(words.error().hint, HasSubstr("\"config:set blog GREETING='hello world'\""));
  }
}

TEST(ExecLine, RefusesALineEndOutsideQuotes) {
  EXPECT_THAT(split("config:set blog A=1\nB=2"),
              ElementsAre(HasSubstr("has a line end outside quotes")));
  EXPECT_THAT(split("version\r\nversion"), ElementsAre(HasSubstr("line end")));
  EXPECT_THAT(split("version\n"), ElementsAre("version"));
}

TEST(ExecLine, RefusesNulAndWhatIsTooLong) {
  EXPECT_THAT(split(std::string_view("a\0b", 3)), ElementsAre(HasSubstr("NUL")));
  EXPECT_THAT(split(std::string(kMostExecLineBytes, 'a')), testing::SizeIs(1));
  EXPECT_THAT(split(std::string(kMostExecLineBytes + 1, 'a')), ElementsAre(HasSubstr("4096")));
  std::string many;
  for (std::size_t i = 0; i <= kMostExecWords; ++i) {
    many += "a ";
  }
  EXPECT_THAT(split(many), ElementsAre(HasSubstr("512 words")));
}

TEST(ExecLine, NoticesQuotesThatBelongedToAValue) {
  EXPECT_TRUE(loses_quotes(R"(A={"b":1})"));
  EXPECT_TRUE(loses_quotes(R"(A=it"s"x)"));
  EXPECT_TRUE(loses_quotes(R"(A=C:\dir)"));
  EXPECT_TRUE(loses_quotes(R"(A=x'y z')"));
}

TEST(ExecLine, TakesQuotingAsItIsMeant) {
  for (const char* line : {"A='{\"b\":1}'", "A=\"b\"", "'A=x\"y\"'", "A='it'\\''s'", "A=a\\ b",
                           "A=\\'x", "A=plain", "\"A=x\"'y'"}) {
    EXPECT_FALSE(loses_quotes(line)) << line;
  }
}

TEST(ShellQuote, IsReadBack) {
  for (const char* text : {"", "a", "a b", "it's", "'", "\"", "$x `y`", "a\nb", "\\", "#", "a=b",
                           "-", "\xff", "a\tb"}) {
    EXPECT_THAT(split(shell_quote(text)), ElementsAre(text));
  }
  EXPECT_EQ(shell_quote("plain-1.2/x"), "plain-1.2/x");
}

}  // namespace
}  // namespace minpaas::sshd::commands
