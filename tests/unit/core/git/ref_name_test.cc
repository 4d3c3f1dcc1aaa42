#include <gtest/gtest.h>

#include "core/git/repository.h"

namespace minpaas::git {
namespace {

class RefNames : public testing::Test {
 protected:
  Library library_;
};

TEST_F(RefNames, TakesBranchesTagsAndOthers) {
  for (const auto* text :
       {"refs/heads/main", "refs/heads/a/b/c", "refs/tags/v1.0", "refs/notes/x",
        "refs/heads/\xc3\xa9", "refs/heads/-x", "refs/heads/@", "refs/heads/a@b"}) {
    EXPECT_TRUE(RefName::parse(text)) << text;
  }
}

TEST_F(RefNames, RefusesWhatGitRefuses) {
  for (const std::string text : {"",
                                 "main",
                                 "HEAD",
                                 "refs/",
                                 "refs/heads",
                                 "refs/heads/",
                                 "refs/main",
                                 "refs/heads/a b",
                                 "refs/heads/a..b",
                                 "refs/heads/.a",
                                 "refs/heads/a.lock",
                                 "refs/heads/a~1",
                                 "refs/heads/a^",
                                 "refs/heads/a:b",
                                 "refs/heads/a?",
                                 "refs/heads/a*",
                                 "refs/heads/a[",
                                 "refs/heads/a\\b",
                                 "refs/heads//a",
                                 "refs/heads/a/",
                                 "refs/heads/a.",
                                 "refs/heads/a@{b",
                                 "refs/heads/a\x7f",
                                 "refs/heads/a\nb",
                                 "refs/../heads/a",
                                 "/refs/heads/a",
                                 "Refs/heads/a"}) {
    EXPECT_FALSE(RefName::parse(text)) << text;
  }
  EXPECT_FALSE(RefName::parse(std::string_view("refs/heads/a\0b", 14)));
}

TEST_F(RefNames, RefusesWhatNoFileSystemHolds) {
  EXPECT_TRUE(RefName::parse("refs/heads/" + std::string(200, 'a')));
  EXPECT_FALSE(RefName::parse("refs/heads/" + std::string(201, 'a')));
  std::string deep = "refs/heads";
  while (deep.size() < 1100) {
    deep += "/aaaaaaaa";
  }
  EXPECT_FALSE(RefName::parse(deep));
}

TEST_F(RefNames, TakesABranchByItsShortNameOnly) {
  for (const auto* text : {"main", "release/2", "a@b", "refs"}) {
    EXPECT_TRUE(RefName::branch(text)) << text;
  }
  for (const auto* text : {"", "..", "refs/heads/rel", "HEAD", "-x", "a b", "a.lock"}) {
    const auto name = RefName::branch(text);
    ASSERT_FALSE(name) << text;
    EXPECT_EQ(name.error().hint, "write the branch alone, like main");
    EXPECT_EQ(name.error().message, "'" + std::string(text) + "' is no branch name");
  }
}

TEST_F(RefNames, KnowsTheShortName) {
  EXPECT_EQ(RefName::parse("refs/heads/a/b").value().short_name(), "a/b");
  EXPECT_EQ(RefName::parse("refs/tags/v1").value().short_name(), "v1");
  EXPECT_TRUE(RefName::branch("main").value().is_branch());
  EXPECT_TRUE(RefName::parse("refs/tags/v1").value().is_tag());
}

}  // namespace
}  // namespace minpaas::git
