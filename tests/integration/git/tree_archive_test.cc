#include "core/git/tree_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/bare_repository.h"
#include "tests/support/commits.h"
#include "tests/support/program.h"

namespace minpaas::git {
namespace {

using test::BareRepository;
using test::run_program;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kPointer =
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

class Archives : public testing::Test {
 protected:
  std::string tar_of(const Oid& commit, const ArchiveOptions& options = {}) {
    std::string tar;
    const auto written = write_archive(*repository_, commit, options,
                                       [&](std::span<const char> piece) {
                                         tar.append(piece.data(), piece.size());
                                         return Result<void>();
                                       },
                                       {});
    EXPECT_TRUE(written) << written.error().for_log();
    return tar;
  }

  /// What `tar` lists: mode, size, path and link target of every entry but folders.
  std::string listing(const std::string& tar) {
    const auto file = folder_.path() / "listed.tar";
    std::ofstream(file, std::ios::binary) << tar;
    return run_program({"sh", "-c",
                        "tar -tvf '" + file.string() +
                            "' --numeric-owner | grep -v '^d' | "
                            "awk '{print $1, $3, $6, $7, $8}' | sort"})
        .out;
  }

  BareRepository repository_;
  test::TempDir folder_;
};

TEST_F(Archives, HoldTheSameFilesAsGitArchive) {
  const auto work = folder_.path() / "work";
  const auto made = run_program(
      {"sh", "-ec",
       "mkdir -p '" + work.string() + "'; cd '" + work.string() +
           "'; git init -q -b main .; mkdir -p a/b c; echo one > a/b/one.txt; printf '' > empty;"
           "echo run > run.sh; chmod +x run.sh; ln -s ../run.sh c/link; "
           "long=$(printf 'x%.0s' $(seq 1 120)); mkdir $long; echo deep > $long/$long; "
           "echo accent > 'caf\xc3\xa9 au lait'; head -c 300000 /dev/zero > zeros;"
           "git add -A; git -c user.name=A -c user.email=a@b commit -qm x;"
           "git push -q '" +
           repository_.path().string() + "' main"});
  ASSERT_EQ(made.status, 0) << made.err;
  const auto commit = repository_.open().resolve(RefName::branch("main").value()).value();
  const auto theirs = run_program({"git", "-C", repository_.path(), "archive", "main"});
  ASSERT_EQ(theirs.status, 0);
  // git archive writes 0664 and 0775; everything else must be equal.
  const auto ours = listing(tar_of(commit));
  auto expected = listing(theirs.out);
  for (const auto& [from, to] :
       {std::pair("-rw-rw-r--", "-rw-r--r--"), std::pair("-rwxrwxr-x", "-rwxr-xr-x")}) {
    for (auto at = expected.find(from); at != std::string::npos; at = expected.find(from)) {
      expected.replace(at, std::string_view(from).size(), to);
    }
  }
  EXPECT_EQ(ours, expected);
  EXPECT_THAT(ours, HasSubstr("zeros"));
}

TEST_F(Archives, AreTheSameBytesEachTime) {
  const auto commit = test::make_commit(repository_.path(), {{"a", "1"}, {"b/c", "2"}}, "x");
  EXPECT_EQ(tar_of(commit), tar_of(commit));
}

TEST_F(Archives, LeaveOutWhatTheIgnoreFileNames) {
  const auto commit = test::make_commit(repository_.path(),
                                        {{".dockerignore", "docs\n*.log\n!keep.log\n"},
                                         {"docs/a", "1"},
                                         {"x.log", "1"},
                                         {"keep.log", "1"},
                                         {".env", "SECRET"},
                                         {"app.py", "1"}},
                                        "x");
  ArchiveOptions options;
  options.default_ignores = {".env"};
  options.prefix = "app";
  options.extra.push_back({"Dockerfile", "FROM x"});
  const auto listed = listing(tar_of(commit, options));
  EXPECT_THAT(listed, HasSubstr("app/app.py"));
  EXPECT_THAT(listed, HasSubstr("app/keep.log"));
  EXPECT_THAT(listed, HasSubstr(" Dockerfile"));
  for (const auto* ignored : {"docs", "x.log", ".env "}) {
    EXPECT_THAT(listed, testing::Not(HasSubstr(ignored)));
  }
  EXPECT_EQ(inspect_archive(*repository_, commit, options).value().files, 3);
}

TEST_F(Archives, PreferTheOwnIgnoreFile) {
  const auto commit = test::make_commit(
      repository_.path(),
      {{".dockerignore", "a\n"}, {".minpaasignore", "b\n"}, {"a", "1"}, {"b", "1"}}, "x");
  const auto listed = listing(tar_of(commit));
  EXPECT_THAT(listed, HasSubstr(" a "));
  EXPECT_THAT(listed, testing::Not(HasSubstr(" b ")));
}

TEST_F(Archives, ReportSubmodulesAndPointers) {
  const auto commit = test::make_commit(
      repository_.path(),
      {{"lib", test::kSubmodule}, {"big.bin", kPointer}, {"notes", "version 1 of something"}}, "x");
  const auto report = inspect_archive(*repository_, commit, {}).value();
  EXPECT_THAT(report.submodules, ElementsAre("lib"));
  EXPECT_THAT(report.lfs_pointers, ElementsAre("big.bin"));
  EXPECT_EQ(report.files, 2);
  // An empty folder stands where the submodule is, as with git archive.
  std::ofstream(folder_.path() / "x.tar", std::ios::binary) << tar_of(commit);
  EXPECT_THAT(run_program({"tar", "-tf", folder_.path() / "x.tar"}).out, HasSubstr("lib/\n"));
}

TEST_F(Archives, RefuseMoreThanTheLimitAndNameTheLargest) {
  const auto commit = test::make_commit(
      repository_.path(), {{"small", "1"}, {"data/dump.sql", std::string(50'000, 'x')}}, "x");
  ArchiveOptions options;
  options.most_bytes = 10'000;
  const auto report = inspect_archive(*repository_, commit, options);
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("data/dump.sql (50 kB)"));
}

TEST_F(Archives, EndWhenTheyAreTold) {
  const auto commit = test::make_commit(repository_.path(), {{"a", "1"}}, "x");
  std::stop_source stop;
  stop.request_stop();
  const auto written = write_archive(
      *repository_, commit, {}, [](std::span<const char>) { return Result<void>(); },
      stop.get_token());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::Cancelled);
  const auto broken = write_archive(*repository_, commit, {},
                                    [](std::span<const char>) -> Result<void> {
                                      return Error{ErrorCode::Disconnected, "gone", "", ""};
                                    },
                                    {});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::Disconnected);
}

TEST_F(Archives, OfACommitThatUnfoldsToMillionsOfFilesAreRefused) {
  // Ten folders in each of ten folders and so on, all with the same content.
  const auto made = run_program(
      {"sh", "-ec",
       "cd '" + repository_.path().string() +
           "'; entry=\"100644 blob $(echo x | git hash-object -w --stdin)\"; "
           "for level in 1 2 3 4 5 6 7 8 9 10 11 12; do "
           "tree=$(for i in 0 1 2 3 4 5 6 7 8 9; do printf '%s\\td%s\\n' \"$entry\" $i; done "
           "| git mktree); entry=\"040000 tree $tree\"; done; "
           "git -c user.name=A -c user.email=a@b commit-tree -m x $tree"});
  ASSERT_EQ(made.status, 0) << made.err;
  const auto commit = Oid::parse(std::string_view(made.out).substr(0, 40));
  ASSERT_TRUE(commit);
  const auto report = inspect_archive(*repository_, *commit, {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::InvalidInput);
  EXPECT_THAT(report.error().message, HasSubstr("more than 1000000 files and folders"));
}

TEST_F(Archives, AreOfCommitsOnly) {
  const auto missing = inspect_archive(*repository_, Oid(), {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace minpaas::git
