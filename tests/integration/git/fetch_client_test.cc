// The real git client against `minpaasd upload-pack` over its local transport.

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

class FetchClient : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(run_program({"git", "init", "-q", "-b", "main", origin()}).status, 0);
    for (const auto* text : {"first", "second", "third"}) {
      commit(text);
    }
  }

  [[nodiscard]] std::string origin() const { return folder_.path() / "origin"; }

  [[nodiscard]] std::string bare() const { return origin() + "/.git"; }

  [[nodiscard]] std::string copy() const { return folder_.path() / "copy"; }

  ProgramResult git_in(const std::string& where, const std::vector<std::string>& arguments) {
    return test::run_git(where, arguments, protocol_);
  }

  void commit(const std::string& text) {
    std::ofstream(origin() + "/file.txt") << text << "\n";
    std::ofstream(origin() + "/" + text + ".txt") << text << "\n";
    ASSERT_EQ(git_in(origin(), {"add", "-A"}).status, 0);
    ASSERT_EQ(git_in(origin(), {"commit", "-qm", text}).status, 0);
  }

  ProgramResult clone(std::vector<std::string> options = {}) {
    std::vector<std::string> all{"clone", "--upload-pack=" MINPAASD " upload-pack"};
    all.insert(all.end(), options.begin(), options.end());
    all.insert(all.end(), {"file://" + bare(), copy()});
    return git_in(folder_.path(), all);
  }

  ProgramResult fetch(std::vector<std::string> arguments = {}) {
    std::vector<std::string> all{"fetch", "--upload-pack=" MINPAASD " upload-pack"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return git_in(copy(), all);
  }

  std::string tip(const std::string& where, const std::string& name = "HEAD") {
    return git_in(where, {"rev-parse", "--verify", "-q", name}).out;
  }

  int commits() { return std::stoi(git_in(copy(), {"rev-list", "--count", "origin/main"}).out); }

  void expect_sound() {
    const auto checked = git_in(copy(), {"fsck", "--strict", "--no-dangling"});
    EXPECT_EQ(checked.status, 0) << checked.err;
  }

  test::TempDir folder_;
  std::string protocol_ = "2";
};

TEST_F(FetchClient, ClonesInEveryProtocolVersion) {
  for (const auto* version : {"0", "1", "2"}) {
    protocol_ = version;
    const auto cloned = clone();
    ASSERT_EQ(cloned.status, 0) << cloned.err;
    EXPECT_EQ(tip(copy()), tip(origin()));
    EXPECT_EQ(git_in(copy(), {"branch", "--show-current"}).out, "main\n");
    EXPECT_EQ(git_in(copy(), {"status", "--porcelain"}).out, "");
    expect_sound();
    std::filesystem::remove_all(copy());
  }
}

TEST_F(FetchClient, ClonesNothingFromAnEmptyRepository) {
  std::filesystem::remove_all(origin());
  ASSERT_EQ(run_program({"git", "init", "-q", "-b", "main", origin()}).status, 0);
  const auto cloned = clone();
  EXPECT_EQ(cloned.status, 0) << cloned.err;
  EXPECT_THAT(cloned.err, HasSubstr("empty repository"));
}

TEST_F(FetchClient, FetchesOnlyWhatIsNew) {
  std::string noise;
  for (int i = 0; i < 2000; ++i) {
    noise += std::to_string(i * 7919 % 104729) + "\n";
  }
  std::ofstream(origin() + "/large.txt") << noise;
  commit("large");
  ASSERT_EQ(clone().status, 0);
  commit("fourth");
  const auto fetched = fetch({"origin"});
  EXPECT_EQ(fetched.status, 0) << fetched.err;
  EXPECT_EQ(tip(copy(), "origin/main"), tip(origin()));
  // A commit, its folder, and the content that two files have.
  const auto counted = git_in(copy(), {"count-objects", "-v"});
  EXPECT_THAT(counted.out, HasSubstr("count: 3\n"));
  EXPECT_EQ(fetch({"origin"}).err, "");
  expect_sound();
}

TEST_F(FetchClient, FetchesIntoAHistoryThatHasGoneOn) {
  ASSERT_EQ(clone().status, 0);
  for (int i = 0; i < 40; ++i) {
    ASSERT_EQ(git_in(copy(), {"commit", "-q", "--allow-empty", "-m", std::to_string(i)}).status, 0);
  }
  git_in(origin(), {"checkout", "-qb", "other", "HEAD~1"});
  commit("on a branch");
  const auto fetched = fetch({"origin"});
  EXPECT_EQ(fetched.status, 0) << fetched.err;
  EXPECT_EQ(tip(copy(), "origin/other"), tip(origin()));
  expect_sound();
}

TEST_F(FetchClient, TakesTagsAlong) {
  git_in(origin(), {"tag", "light"});
  git_in(origin(), {"tag", "-a", "-m", "x", "annotated"});
  git_in(origin(), {"tag", "-a", "-m", "x", "of-tag", "annotated"});
  git_in(origin(), {"tag", "of-blob", "HEAD:file.txt"});
  git_in(origin(), {"tag", "of-tree", "HEAD^{tree}"});
  const auto cloned = clone();
  ASSERT_EQ(cloned.status, 0) << cloned.err;
  for (const auto* tag : {"light", "annotated", "of-tag", "of-blob", "of-tree"}) {
    EXPECT_EQ(tip(copy(), tag), tip(origin(), tag)) << tag;
  }
  expect_sound();
}

TEST_F(FetchClient, ClonesAndDeepensAShallowHistory) {
  const auto cloned = clone({"--depth", "1", "--no-single-branch"});
  ASSERT_EQ(cloned.status, 0) << cloned.err;
  EXPECT_EQ(commits(), 1);
  expect_sound();
  commit("fourth");
  ASSERT_EQ(fetch({"origin"}).status, 0);
  EXPECT_EQ(commits(), 2);
  const auto deeper = fetch({"--depth", "3", "origin"});
  EXPECT_EQ(deeper.status, 0) << deeper.err;
  EXPECT_EQ(commits(), 3);
  const auto whole = fetch({"--unshallow", "origin"});
  EXPECT_EQ(whole.status, 0) << whole.err;
  EXPECT_EQ(commits(), 4);
  EXPECT_EQ(git_in(copy(), {"rev-parse", "--is-shallow-repository"}).out, "false\n");
  expect_sound();
}

/// git itself does not ask for what was not offered: here the wants are written by hand.
TEST_F(FetchClient, IsRefusedWhatNoRefNames) {
  const auto loose = git_in(origin(), {"commit-tree", "-m", "loose", "HEAD^{tree}"});
  ASSERT_EQ(loose.status, 0);
  const auto ask = [&](const std::string& id) {
    return run_program({MINPAASD, "upload-pack", bare()}, "0032want " + id + "\n00000009done\n");
  };
  const auto refused = ask(loose.out.substr(0, 40));
  EXPECT_EQ(refused.status, 128);
  EXPECT_THAT(refused.out, HasSubstr("ERR upload-pack: not our ref " + loose.out.substr(0, 40)));
  EXPECT_THAT(refused.out, Not(HasSubstr("PACK")));
  const auto given = ask(tip(origin()).substr(0, 40));
  EXPECT_EQ(given.status, 0) << given.err;
  EXPECT_THAT(given.out, HasSubstr("PACK"));
}

TEST_F(FetchClient, ClonesManyFoldersAndFiles) {
  std::string stream;
  for (int number = 0; number < 40; ++number) {
    stream += "commit refs/heads/many\ncommitter A <a@b> " +
              std::to_string(1'700'000'000 + number) + " +0000\ndata 1\nx";
    for (int file = 0; file < 50; ++file) {
      const auto text = "content " + std::to_string(number) + " of " + std::to_string(file) + "\n";
      stream += "\nM 644 inline d" + std::to_string(number % 7) + "/s" + std::to_string(file) +
                "/f\ndata " + std::to_string(text.size()) + "\n" + text;
    }
    stream += "\n";
  }
  ASSERT_EQ(run_program({"git", "-C", origin(), "fast-import", "--quiet"}, stream).status, 0);
  const auto cloned = clone();
  ASSERT_EQ(cloned.status, 0) << cloned.err;
  EXPECT_EQ(tip(copy(), "origin/many"), tip(origin(), "many"));
  expect_sound();
}

TEST_F(FetchClient, PrintsWhyTheServiceIsRefused) {
  std::filesystem::remove_all(bare());
  std::filesystem::create_directory(bare());
  const auto cloned = clone();
  EXPECT_EQ(cloned.status, 128);
  EXPECT_THAT(cloned.err, HasSubstr("fatal: remote error: cannot open the repository"));
}

}  // namespace
}  // namespace minpaas
