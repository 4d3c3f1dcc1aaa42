#include "runtimes/contract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/memory_tree.h"

namespace minpaas::runtimes {
namespace {

using test::MemoryTree;
using ::testing::HasSubstr;

std::string violation_of(const std::string& package_json) {
  const Contract contract{{"package.json"}, {*JsonRule::parse("package.json:scripts.start")}};
  const auto violations = check(contract, MemoryTree{{"package.json", package_json}});
  EXPECT_LE(violations.size(), 1U);
  return violations.empty() ? "" : violations.front().text;
}

TEST(Contract, AcceptsATextAtThePath) {
  EXPECT_EQ(violation_of(R"({"scripts": {"start": "node ."}})"), "");
}

TEST(Contract, RefusesWhatIsNoTextAtThePath) {
  for (const char* document :
       {"{}", "[]", "1", "null", R"({"scripts": "start"})", R"({"scripts": {"start": ""}})",
        R"({"scripts": {"start": 1}})", R"({"scripts": ["start"]})"}) {
    EXPECT_EQ(violation_of(document), "package.json has no scripts.start") << document;
  }
}

TEST(Contract, RefusesBrokenJson) {
  for (const char* document : {"", "{", "{'a': 1}", "\xff\xfe", "{} trailing"}) {
    EXPECT_EQ(violation_of(document), "package.json is not valid JSON (line 1)") << document;
  }
}

TEST(Contract, NamesTheLineOnWhichJsonBreaks) {
  EXPECT_EQ(violation_of("{\n  \"a\": 1,\n  b: 2\n}\n"), "package.json is not valid JSON (line 3)");
  EXPECT_EQ(violation_of("{\n  \"a\": \"x\n\"}\n"), "package.json is not valid JSON (line 2)");
  EXPECT_EQ(violation_of("{\n  \"a\": 1,\n\n\n"), "package.json is not valid JSON (line 2)");
}

TEST(Contract, SurvivesJsonNestedAHundredThousandTimes) {
  const std::string deep(100'000, '[');
  EXPECT_EQ(violation_of(deep + std::string(100'000, ']')), "package.json is nested too deeply");
  EXPECT_EQ(violation_of(deep), "package.json is not valid JSON (line 1)");
}

TEST(Contract, RefusesJsonBeyondItsLimit) {
  EXPECT_THAT(violation_of(std::string(kMostJsonBytes + 1, ' ')), HasSubstr("too large"));
}

TEST(Contract, NamesAMissingFileOnceHoweverManyRulesNeedIt) {
  const Contract contract{{"package.json"}, {*JsonRule::parse("package.json:scripts.start")}};
  const auto violations = check(contract, MemoryTree{});
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations.front().text, "package.json is missing");
  EXPECT_EQ(violations.front().subject, "package.json");
}

TEST(Contract, SaysThatAFolderIsNoFile) {
  const auto violations = check({{"app.py"}, {}}, MemoryTree{{"app.py/x", ""}});
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations.front().text, "app.py is a folder, not a file");
}

TEST(JsonRule, RefusesWhatIsNoFileAndPath) {
  for (const char* text : {"", "package.json", ":a", "f:", "f:a..b", "f:.a", "f:a."}) {
    EXPECT_FALSE(JsonRule::parse(text)) << text;
  }
}

TEST(JoinForPeople, PutsAndBeforeTheLast) {
  EXPECT_EQ(join_for_people({}), "");
  EXPECT_EQ(join_for_people({"a"}), "a");
  EXPECT_EQ(join_for_people({"a", "b"}), "a and b");
  EXPECT_EQ(join_for_people({"a", "b", "c"}), "a, b and c");
}

}  // namespace
}  // namespace minpaas::runtimes
