#include "core/base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temp_dir.h"

namespace minpaas {
namespace {

TEST(File, IsReplacedWithTheModeAsked) {
  test::TempDir dir;
  const auto path = dir.path() / "key";
  ASSERT_TRUE(write_file_atomically(path, "one", 0600));
  ASSERT_TRUE(write_file_atomically(path, "two", 0600));

  struct stat facts {};

  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  EXPECT_EQ(*read_file(path, 100), "two");
}

TEST(File, IsNeverOverwrittenByCreate) {
  test::TempDir dir;
  ASSERT_TRUE(create_file(dir.path() / "a", "one", 0600));
  auto second = create_file(dir.path() / "a", "two", 0600);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::AlreadyExists);
  EXPECT_EQ(*read_file(dir.path() / "a", 100), "one");
}

TEST(File, LargerThanTheLimitIsRefused) {
  test::TempDir dir;
  ASSERT_TRUE(create_file(dir.path() / "a", "12345", 0600));
  EXPECT_EQ(read_file(dir.path() / "a", 4).error().code, ErrorCode::InvalidInput);
  EXPECT_EQ(read_file(dir.path() / "none", 4).error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace minpaas
