#include "core/archive/tar_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace minpaas::archive {
namespace {

constexpr std::size_t kRecord = 512;

std::string tar_of(const std::function<void(TarWriter&)>& add) {
  std::string bytes;
  TarWriter tar(
      [&](std::span<const char> piece) -> Result<void> {
        bytes.append(piece.data(), piece.size());
        return {};
      },
      SystemTime(std::chrono::seconds(1'700'000'000)));
  add(tar);
  EXPECT_TRUE(tar.finish());
  return bytes;
}

TEST(TarWriter, BeginsWithThePlainHeaderOfTheFirstFile) {
  const auto tar = tar_of([](TarWriter& writer) {
    EXPECT_TRUE(writer.add_file("Dockerfile", FileMode::Plain, "FROM x\n"));
  });
  // BuildKit must find a whole header and its content in the first 1024 bytes.
  EXPECT_THAT(tar, testing::StartsWith(std::string("Dockerfile\0", 11)));
  EXPECT_EQ(tar.substr(257, 5), "ustar");
  EXPECT_EQ(tar[156], '0') << "a regular file";
  EXPECT_THAT(tar.substr(kRecord), testing::StartsWith("FROM x\n"));
}

TEST(TarWriter, KeepsNamesAsTheyAre) {
  const std::string latin1 = "caf\xe9.txt";
  const std::string utf8 =
      "gr\xc3\xb6\xc3\x9f"
      "e.txt";
  const std::string longer(300, 'n');
  const auto tar = tar_of([&](TarWriter& writer) {
    for (const auto& name : {latin1, utf8, longer}) {
      EXPECT_TRUE(writer.add_file(name, FileMode::Plain, ""));
    }
    EXPECT_TRUE(writer.add_symlink("link", utf8));
  });
  for (const auto& name : {latin1, utf8, longer}) {
    EXPECT_THAT(tar, testing::HasSubstr(name));
  }
}

TEST(TarWriter, EqualContentGivesEqualBytes) {
  const auto add = [](TarWriter& writer) {
    EXPECT_TRUE(writer.add_folder("src"));
    EXPECT_TRUE(writer.add_file("src/run", FileMode::Executable, "x"));
  };
  EXPECT_EQ(tar_of(add), tar_of(add));
}

TEST(TarWriter, HandsNothingOnAfterItsReaderHasFailed) {
  int calls = 0;
  const Put put = [&calls](std::span<const char>) -> Result<void> {
    ++calls;
    return Error{ErrorCode::Cancelled, "cancelled", "", ""};
  };
  {
    TarWriter tar(put, SystemTime());
    const auto added = tar.add_file("large", FileMode::Plain, std::string(1 << 20, 'x'));
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, ErrorCode::Cancelled);
    EXPECT_FALSE(tar.finish());
  }
  EXPECT_EQ(calls, 1);
}

TEST(TarWriter, HandsNothingOnWhenItIsGivenUp) {
  std::string written;
  {
    TarWriter tar(
        [&written](std::span<const char> piece) {
          written.append(piece.data(), piece.size());
          return Result<void>();
        },
        SystemTime());
    ASSERT_TRUE(tar.add_file("a", FileMode::Plain, "content"));
  }
  EXPECT_EQ(written, "");
}

}  // namespace
}  // namespace minpaas::archive
