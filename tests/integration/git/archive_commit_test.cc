#include "core/git/archive_commit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/bare_repository.h"
#include "tests/support/program.h"
#include "tests/support/tar_maker.h"

namespace minpaas::git {
namespace {

using test::BareRepository;
using test::run_program;
using test::TarMaker;
using testing::HasSubstr;

class ArchiveCommits : public testing::Test {
 protected:
  Result<ArchiveCommit> commit(const std::string& tar, std::optional<Oid> parent = std::nullopt) {
    bool given = false;
    const archive::Take take = [&]() -> Result<std::span<const char>> {
      const bool last = std::exchange(given, true);
      return last ? std::span<const char>() : std::span<const char>(tar);
    };
    return commit_archive(*repository_, take, limits_, {},
                          {"ada", SystemTime(seconds(1'700'000'000)), "Deploy an archive", parent},
                          [] { return Result<void>(); });
  }

  std::string refusal(const std::string& tar) {
    const auto made = commit(tar);
    if (made) {
      return "";
    }
    EXPECT_EQ(made.error().code, ErrorCode::InvalidInput);
    EXPECT_EQ(repository_.leftovers(), 0);
    EXPECT_EQ(repository_.packs(), 0);
    return made.error().message;
  }

  std::string git(const std::string& arguments) {
    return run_program({"sh", "-c", "git -C '" + repository_.path().string() + "' " + arguments})
        .out;
  }

  BareRepository repository_;
  archive::ReadLimits limits_;
};

TEST_F(ArchiveCommits, HoldTheFilesOfTheArchive) {
  const auto made = commit(TarMaker()
                               .folder("./")
                               .file("./app.py", "print()\n")
                               .file("./bin/run", "#!/bin/sh\n", 0755)
                               .symlink("./bin/app", "../app.py")
                               .hard_link("./twin.py", "./app.py")
                               .folder("./empty")
                               .str());
  ASSERT_TRUE(made) << made.error().for_log();
  EXPECT_EQ(made->files, 4);
  EXPECT_EQ(git("ls-tree -r --format='%(objectmode) %(path)' " + made->id.hex()),
            "100644 app.py\n120000 bin/app\n100755 bin/run\n100644 twin.py\n");
  EXPECT_EQ(git("show " + made->id.hex() + ":twin.py"), "print()\n");
  EXPECT_EQ(git("log --format='%an|%s|%at' " + made->id.hex()),
            "ada|Deploy an archive|1700000000\n");
  EXPECT_EQ(git("fsck --strict --no-dangling 2>&1 | grep -v ^notice"), "");
  EXPECT_EQ(repository_.leftovers(), 0);
}

TEST_F(ArchiveCommits, ContinueTheHistoryAndStoreOnlyWhatIsNew) {
  const std::string large(200'000, 'x');
  const auto first = commit(TarMaker().file("a", large).file("b", "1").str());
  ASSERT_TRUE(first);
  const auto second = commit(TarMaker().file("a", large).file("b", "2").str(), first->id);
  ASSERT_TRUE(second);
  EXPECT_EQ(git("rev-parse " + second->id.hex() + "^"), first->id.hex() + "\n");
  EXPECT_EQ(git("fsck --no-dangling 2>&1 | grep -v ^notice"), "");
  EXPECT_EQ(git("count-objects -v | grep in-pack"), "in-pack: 7\n")
      << "3 trees, commits, blobs - 1";
}

TEST_F(ArchiveCommits, TakeOffOneFolderAroundAll) {
  const auto paths = [&](const ArchiveCommit& made) {
    return git("ls-tree -r --name-only " + made.id.hex());
  };
  const auto inner = commit(TarMaker().folder("app-1.0/").file("app-1.0/src/x", "x").str());
  ASSERT_TRUE(inner);
  EXPECT_EQ(inner->stripped, "app-1.0");
  EXPECT_EQ(paths(*inner), "src/x\n");
  // The folder itself was packed: what is in it stays.
  EXPECT_EQ(paths(*commit(TarMaker().folder("./").file("./src/x", "x").str())), "src/x\n");
  EXPECT_EQ(paths(*commit(TarMaker().file("src/x", "x").file("y", "y").str())), "src/x\ny\n");
  EXPECT_EQ(paths(*commit(TarMaker().file("src/x", "x").folder("tests/").str())), "src/x\n");
  EXPECT_EQ(paths(*commit(TarMaker().file(".git/HEAD", "x").file("src/x", "y").str())), "src/x\n");
}

TEST_F(ArchiveCommits, LeaveOutWhatGitKeepsForItself) {
  const auto made = commit(TarMaker()
                               .file(".git/config", "[core]\n")
                               .file("lib/.git", "gitdir: ../.git/modules/lib\n")
                               .symlink(".git/x", "/etc/passwd")
                               .file("lib/a", "a")
                               .file("b", "b")
                               .str());
  ASSERT_TRUE(made) << made.error().for_log();
  EXPECT_EQ(made->left_out, 3);
  EXPECT_EQ(git("ls-tree -r --name-only " + made->id.hex()), "b\nlib/a\n");
}

TEST_F(ArchiveCommits, RefuseNamesThatACheckoutCouldTakeForGits) {
  for (const char* name : {".GIT/config", "a/.Git/hooks/post-checkout", "GIT~1/config", ".git "}) {
    EXPECT_THAT(refusal(TarMaker().file(name, "x").str()), HasSubstr("repository's own")) << name;
  }
}

TEST_F(ArchiveCommits, RefuseLinksThatLeadOut) {
  EXPECT_THAT(refusal(TarMaker().file("a", "").symlink("etc", "/etc").str()),
              HasSubstr("leads out"));
  EXPECT_THAT(refusal(TarMaker().file("a", "").symlink("b/up", "../../up").str()),
              HasSubstr("leads out"));
  // Inside of what is taken off, but not inside of what is left.
  EXPECT_THAT(refusal(TarMaker().file("app/a", "").symlink("app/up", "../app/a").str()),
              HasSubstr("leads out"));
}

TEST_F(ArchiveCommits, RefuseToWriteThroughALink) {
  EXPECT_THAT(refusal(TarMaker().file("a", "").symlink("dir", "a").file("dir/x", "x").str()),
              HasSubstr("both as a file and as a folder"));
  EXPECT_THAT(refusal(TarMaker().file("dir/x", "x").symlink("dir", "a").str()),
              HasSubstr("both as a file and as a folder"));
}

TEST_F(ArchiveCommits, RefuseHardLinksToWhatIsNotThere) {
  EXPECT_THAT(refusal(TarMaker().file("a", "").hard_link("passwd", "etc/passwd").str()),
              HasSubstr("hard link"));
  EXPECT_THAT(refusal(TarMaker().file(".git/config", "").hard_link("c", ".git/config").str()),
              HasSubstr("hard link"));
}

TEST_F(ArchiveCommits, RefuseAnArchiveWithoutFiles) {
  EXPECT_THAT(refusal(TarMaker().folder("a/").folder("b/").str()), HasSubstr("no files"));
  EXPECT_THAT(refusal(TarMaker().file(".git/HEAD", "x").str()), HasSubstr("no files"));
}

TEST_F(ArchiveCommits, TakeTheArchivesThatTarMakes) {
  const auto folder = repository_.path().parent_path() / "work";
  for (const char* format : {"ustar", "pax", "gnu"}) {
    const auto tar = run_program(
        {"sh", "-ec",
         "rm -rf '" + folder.string() + "'; mkdir -p '" + folder.string() + "/d'; cd '" +
             folder.string() +
             "'; echo u > gr\xc3\xb6\xc3\x9f"
             "e.txt; long=$(printf 'n%.0s' $(seq 1 90)); mkdir -p d/$long; echo x > d/$long/$long; "
             "ln d/$long/$long hard; tar --format=" +
             std::string(format) + " -czf - ."});
    ASSERT_EQ(tar.status, 0) << tar.err;
    const auto made = commit(tar.out);
    ASSERT_TRUE(made) << format << ": " << made.error().for_log();
    EXPECT_EQ(made->files, 3) << format;
    EXPECT_THAT(git("-c core.quotepath=off ls-tree -r --name-only " + made->id.hex()),
                HasSubstr("gr\xc3\xb6\xc3\x9f"
                          "e.txt\n"))
        << format;
  }
}

}  // namespace
}  // namespace minpaas::git
