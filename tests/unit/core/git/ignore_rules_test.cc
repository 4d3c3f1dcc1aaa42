#include "core/git/ignore_rules.h"

#include <gtest/gtest.h>

namespace minpaas::git {
namespace {

TEST(IgnoreRules, MatchesNamesFoldersAndWhatIsBelow) {
  const IgnoreRules rules("node_modules\n*.log\nbuild/\n/docs\ntmp/*.txt\n", {});
  EXPECT_TRUE(rules.ignores("node_modules"));
  EXPECT_TRUE(rules.ignores("node_modules/a/b.js"));
  EXPECT_TRUE(rules.ignores("debug.log"));
  EXPECT_TRUE(rules.ignores("build/x"));
  EXPECT_TRUE(rules.ignores("docs/index.md"));
  EXPECT_TRUE(rules.ignores("tmp/a.txt"));
  EXPECT_FALSE(rules.ignores("tmp/sub/a.txt"));
  // As in a .dockerignore: a pattern begins at the root.
  EXPECT_FALSE(rules.ignores("web/node_modules"));
  EXPECT_FALSE(rules.ignores("logs/debug.log"));
  EXPECT_FALSE(rules.ignores("node_modules2"));
}

TEST(IgnoreRules, TakesTheLastPatternThatMatches) {
  const IgnoreRules rules("*.md\n!README.md\nREADME.md\n!README.md\n", {});
  EXPECT_TRUE(rules.ignores("CHANGES.md"));
  EXPECT_FALSE(rules.ignores("README.md"));
  EXPECT_FALSE(rules.prunes("docs"));
}

TEST(IgnoreRules, TakesAnyFoldersForTwoStars) {
  const IgnoreRules rules("**/node_modules\n**/*.pyc\nsrc/**/test\ndata/**\n", {});
  EXPECT_TRUE(rules.ignores("node_modules/x"));
  EXPECT_TRUE(rules.ignores("a/b/node_modules/x"));
  EXPECT_TRUE(rules.ignores("a/b.pyc"));
  EXPECT_TRUE(rules.ignores("src/test"));
  EXPECT_TRUE(rules.ignores("src/a/b/test/c"));
  EXPECT_TRUE(rules.ignores("data/x"));
  EXPECT_FALSE(rules.ignores("data"));
}

TEST(IgnoreRules, SkipsCommentsBlanksAndLineEndsOfWindows) {
  const IgnoreRules rules("# node_modules\n\n  dist  \r\n! \n/\n", {});
  EXPECT_FALSE(rules.ignores("node_modules"));
  EXPECT_TRUE(rules.ignores("dist/a"));
}

TEST(IgnoreRules, LetsTheFileTakeDefaultsBack) {
  const IgnoreRules rules("!.env.example\n", {".env*", ".git"});
  EXPECT_TRUE(rules.ignores(".env"));
  EXPECT_FALSE(rules.ignores(".env.example"));
  EXPECT_TRUE(rules.ignores(".git/config"));
}

TEST(IgnoreRules, EndsWithPatternsMadeToTakeLong) {
  std::string evil;
  for (int i = 0; i < 100; ++i) {
    evil += "**/a/";
  }
  std::string path;
  for (int i = 0; i < 90; ++i) {
    path += "a/";
  }
  EXPECT_FALSE(IgnoreRules(evil + "b", {}).ignores(path + "c"));
}

}  // namespace
}  // namespace minpaas::git
