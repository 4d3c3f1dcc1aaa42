// The front program: pushes by itself, becomes the server for all else.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace minpaas {
namespace {

using test::run_program;
using testing::HasSubstr;
using testing::Not;

TEST(Front, BecomesTheServerProgram) {
  const auto version = run_program({MINPAASD, "--version"});
  EXPECT_EQ(version.status, 0) << version.err;
  EXPECT_THAT(version.out, HasSubstr("minpaasd "));
  const auto help = run_program({MINPAASD, "receive-pack", "--help"});
  EXPECT_EQ(help.status, 0) << help.err;
  EXPECT_THAT(help.out, HasSubstr("DIR"));
  EXPECT_EQ(run_program({MINPAASD, "receive-pack"}).status, 2);
}

TEST(Front, SaysWhichProgramIsMissing) {
  const test::TempDir folder;
  const auto alone = folder.path() / "minpaasd";
  std::filesystem::copy_file(MINPAASD, alone);
  const auto started = run_program({alone, "--version"});
  EXPECT_EQ(started.status, 126);
  EXPECT_THAT(started.err,
              HasSubstr("cannot start " + (folder.path() / "minpaasd-server").string()));
}

TEST(Front, ServesAPushAlone) {
  const test::TempDir folder;
  const auto alone = folder.path() / "minpaasd";
  std::filesystem::copy_file(MINPAASD, alone);
  ASSERT_EQ(run_program({"git", "init", "-q", "--bare", folder.path() / "app.git"}).status, 0);
  const auto dry = run_program({alone, "receive-pack", folder.path() / "app.git"}, "0000");
  EXPECT_EQ(dry.status, 0);
  EXPECT_THAT(dry.out, HasSubstr("report-status"));
  const auto nowhere = run_program({alone, "receive-pack", folder.path() / "none"});
  EXPECT_EQ(nowhere.status, 1);
  EXPECT_THAT(nowhere.out, HasSubstr("ERR cannot open the repository"));
}

TEST(Front, LoadsFewLibraries) {
  // Each costs a part of a millisecond of every push: what the server needs must not come along.
  const auto loaded = run_program({"ldd", MINPAASD});
  ASSERT_EQ(loaded.status, 0) << loaded.err;
  for (const auto* library : {"libcurl", "libssh.so", "libsqlite3", "libarchive", "libsodium"}) {
    EXPECT_THAT(loaded.out, Not(HasSubstr(library)));
  }
}

}  // namespace
}  // namespace minpaas
