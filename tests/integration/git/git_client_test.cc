// The real git client against `minpaasd receive-pack` over its local transport.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/git_program.h"
#include "tests/support/temp_dir.h"

namespace minpaas {
namespace {

using test::ProgramResult;
using test::run_program;
using testing::HasSubstr;
using testing::Not;

class GitClient : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(run_program({"git", "init", "-q", "--bare", "-b", "main", bare()}).status, 0);
    ASSERT_EQ(run_program({"git", "init", "-q", "-b", "main", work()}).status, 0);
    commit("first");
  }

  [[nodiscard]] std::string bare() const { return folder_.path() / "app.git"; }

  [[nodiscard]] std::string work() const { return folder_.path() / "work"; }

  /// git in the work tree, with a known author and none of the tester's configuration.
  ProgramResult git(std::vector<std::string> arguments) {
    return git_in(work(), std::move(arguments));
  }

  ProgramResult git_in(const std::string& where, const std::vector<std::string>& arguments) {
    return test::run_git(where, arguments, protocol_);
  }

  ProgramResult push(std::vector<std::string> arguments) {
    return push_from(work(), std::move(arguments));
  }

  ProgramResult push_from(const std::string& where, std::vector<std::string> arguments) {
    std::vector<std::string> all{"push", "--receive-pack=" MINPAASD " receive-pack"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return git_in(where, all);
  }

  void commit(const std::string& text) {
    std::ofstream(work() + "/file.txt") << text << "\n";
    ASSERT_EQ(git({"add", "-A"}).status, 0);
    ASSERT_EQ(git({"commit", "-qm", text}).status, 0);
  }

  std::string head() { return git({"rev-parse", "HEAD"}).out; }

  std::string remote_ref(const std::string& name) {
    return run_program({"git", "-C", bare(), "rev-parse", "--verify", "-q", name}).out;
  }

  void expect_sound() {
    const auto checked = run_program({"git", "-C", bare(), "fsck", "--strict", "--no-dangling"});
    EXPECT_EQ(checked.status, 0) << checked.err;
  }

  test::TempDir folder_;
  std::string protocol_ = "2";
};

TEST_F(GitClient, PushesNewAndChangedBranches) {
  auto pushed = push({bare(), "main"});
  EXPECT_EQ(pushed.status, 0) << pushed.err;
  EXPECT_THAT(pushed.err, HasSubstr("* [new branch]      main -> main"));
  commit("second");
  pushed = push({bare(), "main"});
  EXPECT_EQ(pushed.status, 0) << pushed.err;
  EXPECT_EQ(remote_ref("refs/heads/main"), head());
  expect_sound();
}

TEST_F(GitClient, HasNothingToDoTheSecondTime) {
  push({bare(), "main"});
  const auto again = push({bare(), "main"});
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.err, HasSubstr("Everything up-to-date"));
}

TEST_F(GitClient, SpeaksEveryProtocolVersion) {
  for (const auto* version : {"0", "1", "2"}) {
    protocol_ = version;
    commit(std::string("version ") + version);
    const auto pushed = push({bare(), "main"});
    EXPECT_EQ(pushed.status, 0) << version << pushed.err;
    EXPECT_EQ(remote_ref("refs/heads/main"), head());
  }
}

TEST_F(GitClient, RewritesHistoryOnlyByForce) {
  commit("second");
  push({bare(), "main"});
  git({"reset", "-q", "--hard", "HEAD~1"});
  commit("other");
  EXPECT_EQ(push({bare(), "main"}).status, 1);
  const auto forced = push({"--force", bare(), "main"});
  EXPECT_EQ(forced.status, 0) << forced.err;
  EXPECT_THAT(forced.err, HasSubstr("(forced update)"));
  EXPECT_EQ(remote_ref("refs/heads/main"), head());
}

TEST_F(GitClient, DeletesBranches) {
  push({bare(), "main", "main:x"});
  const auto deleted = push({bare(), ":x"});
  EXPECT_EQ(deleted.status, 0) << deleted.err;
  EXPECT_EQ(remote_ref("refs/heads/x"), "");
  const auto kept = push({bare(), ":main"});
  EXPECT_EQ(kept.status, 1);
  EXPECT_THAT(kept.err, HasSubstr("deletion of the current branch prohibited"));
}

TEST_F(GitClient, PushesSeveralRefsAndTags) {
  git({"tag", "light"});
  git({"tag", "-a", "-m", "x", "annotated"});
  git({"tag", "-a", "-m", "x", "tag-of-tag", "annotated"});
  git({"tag", "of-blob", "HEAD:file.txt"});
  const auto pushed = push({bare(), "main", "main:a/b", "--tags"});
  EXPECT_EQ(pushed.status, 0) << pushed.err;
  for (const auto* ref : {"refs/heads/a/b", "refs/tags/light", "refs/tags/annotated",
                          "refs/tags/tag-of-tag", "refs/tags/of-blob"}) {
    EXPECT_NE(remote_ref(ref), "") << ref;
  }
  expect_sound();
}

TEST_F(GitClient, ReplacesABranchByAFolderOfBranches) {
  push({bare(), "main", "main:a"});
  const auto pushed = push({bare(), ":a", "main:a/b"});
  EXPECT_EQ(pushed.status, 0) << pushed.err;
  EXPECT_NE(remote_ref("refs/heads/a/b"), "");
  const auto clash = push({bare(), "main:a"});
  EXPECT_EQ(clash.status, 1);
  EXPECT_THAT(clash.err, HasSubstr("'refs/heads/a/b' exists already"));
}

TEST_F(GitClient, PushesAllOrNothingAtomically) {
  push({bare(), "main:taken/x"});
  const auto pushed = push({"--atomic", bare(), "main", "main:taken"});
  EXPECT_EQ(pushed.status, 1);
  EXPECT_EQ(remote_ref("refs/heads/main"), "");
  const auto good = push({"--atomic", bare(), "main", "main:other"});
  EXPECT_EQ(good.status, 0) << good.err;
}

TEST_F(GitClient, ShowsWhichOptionIsNotKnown) {
  const auto pushed = push({"-o", "fast", bare(), "main"});
  EXPECT_EQ(pushed.status, 1);
  EXPECT_THAT(pushed.err, HasSubstr("[remote rejected] main -> main (unknown push option 'fast')"));
  EXPECT_THAT(pushed.err, HasSubstr("remote:  !     unknown push option 'fast'"));
}

TEST_F(GitClient, ChangesNothingInADryRun) {
  const auto pushed = push({"--dry-run", bare(), "main"});
  EXPECT_EQ(pushed.status, 0) << pushed.err;
  EXPECT_EQ(remote_ref("refs/heads/main"), "");
}

TEST_F(GitClient, SendsAnEmptyPackForObjectsThatAreHere) {
  push({bare(), "main"});
  const auto pushed = push({bare(), "main:again"});
  EXPECT_EQ(pushed.status, 0) << pushed.err;
  EXPECT_NE(remote_ref("refs/heads/again"), "");
}

TEST_F(GitClient, HonoursNoThin) {
  std::string text;
  for (int i = 0; i < 3000; ++i) {
    text += "line " + std::to_string(i) + "\n";
  }
  commit(text);
  push({bare(), "main"});
  commit(text + "one more");
  const auto pushed = push({"--thin", bare(), "main"});
  EXPECT_EQ(pushed.status, 0) << pushed.err;
  expect_sound();
}

TEST_F(GitClient, IsToldAboutItsShallowClone) {
  commit("second");
  commit("third");
  const std::string shallow = folder_.path() / "shallow";
  ASSERT_EQ(run_program({"git", "clone", "-q", "--depth", "1", "file://" + work(), shallow}).status,
            0);
  const auto pushed = push_from(shallow, {bare(), "main"});
  EXPECT_EQ(pushed.status, 1);
  EXPECT_THAT(pushed.err, HasSubstr("shallow update not allowed (run: git fetch --unshallow)"));
  // Where the history is, a shallow clone pushes like any other.
  push({bare(), "main"});
  std::ofstream(shallow + "/new.txt") << "x\n";
  git_in(shallow, {"add", "-A"});
  git_in(shallow, {"commit", "-qm", "from the shallow clone"});
  const auto good = push_from(shallow, {bare(), "main"});
  EXPECT_EQ(good.status, 0) << good.err;
  expect_sound();
}

TEST_F(GitClient, PushesSubmodulesAndPointers) {
  git({"update-index", "--add", "--cacheinfo",
       "160000,1234567890123456789012345678901234567890,lib"});
  git({"commit", "-qm", "submodule"});
  const auto pushed = push({bare(), "main"});
  EXPECT_EQ(pushed.status, 0) << pushed.err;
}

TEST_F(GitClient, IsRefusedWithATreeThatNamesDotGit) {
  // mktree does not look at names.
  const auto made =
      run_program({"sh", "-ec",
                   "cd '" + work() +
                       "'; blob=$(echo x | git hash-object -w --stdin); "
                       "tree=$(printf '100644 blob %s\\t.GIT\\n' $blob | git mktree); "
                       "git -c user.name=A -c user.email=a@b commit-tree -m evil $tree"});
  ASSERT_EQ(made.status, 0) << made.err;
  const auto pushed = push({bare(), made.out.substr(0, 40) + ":refs/heads/main"});
  EXPECT_EQ(pushed.status, 1);
  EXPECT_THAT(pushed.err, HasSubstr("remote unpack failed: bad object"));
  EXPECT_THAT(pushed.err, HasSubstr("a tree has an entry called .git"));
}

TEST_F(GitClient, PrintsWhyTheServiceIsRefused) {
  const auto pushed = push({folder_.path() / "work" / ".git" / "objects", "main"});
  EXPECT_EQ(pushed.status, 128);
  EXPECT_THAT(pushed.err, HasSubstr("fatal: remote error: cannot open the repository"));
}

TEST_F(GitClient, IsToldWhenThePackCannotBeWritten) {
  const auto noise =
      run_program({"sh", "-c", "head -c 2000000 /dev/urandom > '" + work() + "/noise'"});
  ASSERT_EQ(noise.status, 0);
  commit("noise");
  // A file size limit stands in for a full disk: the write fails, and SIGXFSZ comes with it.
  const auto pushed = git_in(
      work(), {"push", "--receive-pack=ulimit -f 256; " MINPAASD " receive-pack", bare(), "main"});
  EXPECT_EQ(pushed.status, 1) << pushed.err;
  EXPECT_THAT(pushed.err, HasSubstr("remote unpack failed: cannot store the pack"));
  EXPECT_EQ(remote_ref("refs/heads/main"), "");
  const auto left = run_program({"find", bare() + "/objects", "-type", "f"});
  EXPECT_EQ(left.out, "");
  EXPECT_EQ(push({bare(), "main"}).status, 0);
}

TEST_F(GitClient, PushesAHundredThousandObjects) {
  std::string stream;
  for (int commit_number = 0; commit_number < 100; ++commit_number) {
    stream += "commit refs/heads/many\ncommitter A <a@b> " +
              std::to_string(1'700'000'000 + commit_number) + " +0000\ndata 1\nx";
    for (int file = 0; file < 500; ++file) {
      const auto text =
          "content " + std::to_string(commit_number) + " of " + std::to_string(file) + "\n";
      stream += "\nM 644 inline d" + std::to_string(commit_number) + "/s" + std::to_string(file) +
                "/f" + "\ndata " + std::to_string(text.size()) + "\n" + text;
    }
    stream += "\n";
  }
  const auto imported =
      run_program({"git", "-C", work(), "fast-import", "--quiet"}, stream, std::chrono::minutes(4));
  ASSERT_EQ(imported.status, 0) << imported.err;
  const auto pushed = push({bare(), "many:main"});
  EXPECT_EQ(pushed.status, 0) << pushed.err;
  const auto counted = run_program({"git", "-C", bare(), "count-objects", "-v"});
  EXPECT_THAT(counted.out, HasSubstr("in-pack: 100"));
}

TEST_F(GitClient, GathersPacksAsTheyPileUp) {
  for (int i = 0; i < 45; ++i) {
    commit("change " + std::to_string(i));
    ASSERT_EQ(push({bare(), "main"}).status, 0);
  }
  int packs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(bare() + "/objects/pack")) {
    packs += entry.path().extension() == ".pack" ? 1 : 0;
  }
  EXPECT_LE(packs, 21);
  EXPECT_EQ(remote_ref("refs/heads/main"), head());
  expect_sound();
}

}  // namespace
}  // namespace minpaas
