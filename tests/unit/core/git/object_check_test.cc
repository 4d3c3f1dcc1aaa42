#include "core/git/object_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/pack_builder.h"

namespace minpaas::git {
namespace {

using test::TreeBuilder;
using testing::HasSubstr;

const Oid kSome = test::object_id("blob", "some");
const Oid kTree = test::object_id("tree", "");

std::string problem(ObjectKind kind, std::string_view content) {
  std::vector<ObjectLink> links;
  const auto checked = check_object(Oid(), kind, content, links);
  return checked ? "fine" : checked.error().message;
}

std::string name_problem(std::string_view name, std::string_view mode = "100644") {
  return problem(ObjectKind::Tree, TreeBuilder().add(mode, name, kSome).content());
}

std::string commit_with(std::string_view author) {
  return "tree " + kTree.hex() + "\nauthor " + std::string(author) + "\ncommitter " +
         std::string(author) + "\n\nx\n";
}

TEST(CheckTree, TakesFilesFoldersLinksAndSubmodules) {
  TreeBuilder tree;
  tree.add("100644", "a", kSome).add("100755", "b", kSome).add("40000", "c", kTree);
  tree.add("120000", "d", kSome).add("160000", "e", kSome).add("100664", "f", kSome);
  std::vector<ObjectLink> links;
  ASSERT_TRUE(check_object(Oid(), ObjectKind::Tree, tree.content(), links));
  // A submodule's commit is not in this repository.
  ASSERT_EQ(links.size(), 5U);
  EXPECT_EQ(links[2].kind, ObjectKind::Tree);
  EXPECT_EQ(links[3].kind, ObjectKind::Blob);
  EXPECT_EQ(problem(ObjectKind::Tree, ""), "fine");
}

TEST(CheckTree, SortsFoldersAsIfTheyEndedWithASlash) {
  EXPECT_EQ(problem(ObjectKind::Tree, TreeBuilder()
                                          .add("100644", "a.txt", kSome)
                                          .add("40000", "a", kTree)
                                          .add("100644", "a0", kSome)
                                          .content()),
            "fine");
  EXPECT_THAT(
      problem(ObjectKind::Tree,
              TreeBuilder().add("40000", "a", kTree).add("100644", "a.txt", kSome).content()),
      HasSubstr("not sorted"));
  EXPECT_EQ(
      problem(ObjectKind::Tree,
              TreeBuilder().add("100644", "a", kSome).add("100644", "\xc3\xa9", kSome).content()),
      "fine");
}

TEST(CheckTree, RefusesTheSameNameTwice) {
  EXPECT_THAT(problem(ObjectKind::Tree,
                      TreeBuilder().add("100644", "a", kSome).add("100755", "a", kSome).content()),
              HasSubstr("same name twice"));
  // Sorted, and apart: a file, what stands between, a folder of the file's name.
  EXPECT_THAT(problem(ObjectKind::Tree, TreeBuilder()
                                            .add("100644", "a", kSome)
                                            .add("100644", "a.b", kSome)
                                            .add("40000", "a", kTree)
                                            .content()),
              HasSubstr("same name twice"));
}

TEST(CheckTree, RefusesNamesThatAreDotGitOnSomeFileSystem) {
  for (const auto* name : {".git", ".GIT", ".gIt", "git~1", "GIT~1", ".git.", ".git ", ".git . .",
                           ".git::$INDEX_ALLOCATION", ".git\\hooks", ".g\xe2\x80\x8cit",
                           "\xef\xbb\xbf.git", ".git\xe2\x81\xaf"}) {
    EXPECT_THAT(name_problem(name), HasSubstr("called .git")) << name;
    EXPECT_THAT(name_problem(name, "40000"), HasSubstr("called .git")) << name;
  }
  for (const auto* name : {".gitignore", ".github", "git", "x.git", "git~2", ".gitattributes",
                           ".gitmodules", "..git", "\xe2\x80\x8c"}) {
    EXPECT_EQ(name_problem(name), "fine") << name;
  }
}

TEST(CheckTree, RefusesNamesThatLeadElsewhere) {
  EXPECT_THAT(name_problem("."), HasSubstr(". or .."));
  EXPECT_THAT(name_problem(".."), HasSubstr(". or .."));
  EXPECT_THAT(name_problem("a/b"), HasSubstr("slash"));
  EXPECT_THAT(name_problem(""), HasSubstr("without name"));
}

TEST(CheckTree, RefusesGitmodulesAsASymlink) {
  EXPECT_THAT(name_problem(".gitmodules", "120000"), HasSubstr("symbolic link"));
  EXPECT_THAT(name_problem(".GitModules", "120000"), HasSubstr("symbolic link"));
}

TEST(CheckTree, RefusesUnknownModesAndNullObjects) {
  for (const auto* mode : {"100600", "644", "777", "0"}) {
    EXPECT_THAT(name_problem("a", mode), HasSubstr("unknown mode")) << mode;
  }
  for (const auto* mode : {"10064x", "1006441", ""}) {
    EXPECT_THAT(name_problem("a", mode), HasSubstr("malformed")) << mode;
  }
  EXPECT_THAT(problem(ObjectKind::Tree, TreeBuilder().add("100644", "a", Oid()).content()),
              HasSubstr("without object"));
}

TEST(CheckTree, RefusesTreesThatAreCutOff) {
  const auto whole = TreeBuilder().add("100644", "a", kSome).content();
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_THAT(problem(ObjectKind::Tree, whole.substr(0, size)), HasSubstr("malformed")) << size;
  }
}

TEST(CheckCommit, FindsTreeAndParents) {
  std::vector<ObjectLink> links;
  ASSERT_TRUE(
      check_object(Oid(), ObjectKind::Commit, test::commit_content(kTree, {kSome, kTree}), links));
  ASSERT_EQ(links.size(), 3U);
  EXPECT_EQ(links[0].kind, ObjectKind::Tree);
  EXPECT_EQ(links[2].target, kTree);
  EXPECT_EQ(links[2].kind, ObjectKind::Commit);
}

TEST(CheckCommit, TakesWhatPeopleHaveWritten) {
  for (const auto* author : {"A <a@b> 0 +0000", " <> 1700000000 -1130", "<a@b> 1 +0000",
                             "\xc3\x89 O'X <not a mail> 4000000000 +0545"}) {
    EXPECT_EQ(problem(ObjectKind::Commit, commit_with(author)), "fine") << author;
  }
}

TEST(CheckCommit, RefusesBadHeaders) {
  EXPECT_THAT(problem(ObjectKind::Commit, ""), HasSubstr("no tree"));
  EXPECT_THAT(problem(ObjectKind::Commit, "tree 12\n"), HasSubstr("no tree"));
  EXPECT_THAT(problem(ObjectKind::Commit, "tree " + kTree.hex() + "\nparent x\nauthor"),
              HasSubstr("malformed parent"));
  for (const auto* author :
       {"", "A", "A <a@b>", "A <a@b> x +0000", "A <a@b> 1 0000", "A a@b> 1 +0000", "A <a@b 1 +0000",
        "A <a@b> 1 +00000", "A <a@b> -1 +0000"}) {
    EXPECT_THAT(problem(ObjectKind::Commit, commit_with(author)), HasSubstr("no valid author"))
        << author;
  }
  EXPECT_THAT(problem(ObjectKind::Commit, std::string("tree ") + kTree.hex() + '\0' + "\n\nx"),
              HasSubstr("NUL"));
}

TEST(CheckTag, PointsToTheKindThatItSays) {
  const std::string tag = "object " + kSome.hex() + "\ntype tree\ntag v1\n\nx\n";
  std::vector<ObjectLink> links;
  ASSERT_TRUE(check_object(Oid(), ObjectKind::Tag, tag, links));
  ASSERT_EQ(links.size(), 1U);
  EXPECT_EQ(links[0].kind, ObjectKind::Tree);
  EXPECT_THAT(problem(ObjectKind::Tag, "object " + kSome.hex() + "\ntype thing\ntag v1\n\n"),
              HasSubstr("unknown kind"));
  EXPECT_THAT(problem(ObjectKind::Tag, "object x\ntype commit\ntag v1\n\n"),
              HasSubstr("malformed"));
  EXPECT_THAT(problem(ObjectKind::Tag, "object " + kSome.hex() + "\ntype commit\n\n"),
              HasSubstr("malformed"));
}

TEST(CheckBlob, TakesAnything) {
  EXPECT_EQ(problem(ObjectKind::Blob, std::string_view("\0\xff", 2)), "fine");
}

}  // namespace
}  // namespace minpaas::git
