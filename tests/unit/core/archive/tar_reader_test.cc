#include "core/archive/tar_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/tar_maker.h"

namespace minpaas::archive {
namespace {

using test::gzipped;
using test::TarMaker;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// One line for each entry.
class Listing : public TarSink {
 public:
  Result<void> begin_file(const std::string& path, FileMode mode, long long size) override {
    lines.push_back(path + (mode == FileMode::Executable ? " x " : " ") + std::to_string(size));
    content_.clear();
    return {};
  }

  Result<void> content(std::span<const char> piece) override {
    content_.append(piece.data(), piece.size());
    return {};
  }

  Result<void> end_file() override {
    last = content_;
    return {};
  }

  Result<void> add_folder(const std::string& path) override {
    lines.push_back(path + "/");
    return {};
  }

  Result<void> add_symlink(const std::string& path, const std::string& target) override {
    lines.push_back(path + " -> " + target);
    return {};
  }

  Result<void> add_hard_link(const std::string& path, const std::string& earlier) override {
    lines.push_back(path + " = " + earlier);
    return {};
  }

  std::vector<std::string> lines;
  std::string last;

 private:
  std::string content_;
};

Take take_of(const std::string& bytes, std::size_t piece = 1000) {
  return [&bytes, piece, at = std::size_t{0}]() mutable -> Result<std::span<const char>> {
    const std::size_t count = std::min(piece, bytes.size() - at);
    at += count;
    return std::span<const char>(bytes.data() + at - count, count);
  };
}

class Reader : public testing::Test {
 protected:
  Result<void> read(const std::string& bytes) { return read_tar(take_of(bytes), limits_, sink_); }

  std::string refusal(const std::string& bytes) {
    const auto result = read(bytes);
    if (result) {
      return "";
    }
    EXPECT_EQ(result.error().code, ErrorCode::InvalidInput);
    return result.error().message;
  }

  ReadLimits limits_;
  Listing sink_;
};

TEST_F(Reader, GivesFilesFoldersAndLinksInTheirOrder) {
  const std::string tar = TarMaker()
                              .folder("./")
                              .file("./app.py", "print()")
                              .file("bin//run", "#!", 0755)
                              .symlink("link", "app.py")
                              .hard_link("twin", "./app.py")
                              .str();
  for (const std::string& bytes : {tar, gzipped(tar)}) {
    sink_.lines.clear();
    ASSERT_TRUE(read(bytes));
    EXPECT_THAT(sink_.lines,
                ElementsAre("/", "app.py 7", "bin/run x 2", "link -> app.py", "twin = app.py"));
    EXPECT_EQ(sink_.last, "#!");
  }
}

TEST_F(Reader, RefusesPathsThatLeadOutOfTheArchive) {
  for (const char* name : {"../up", "a/../../up", "a/..", "/etc/passwd", "./../x", "a/./../b"}) {
    EXPECT_THAT(refusal(TarMaker().file(name, "x").str()),
                testing::AnyOf(HasSubstr("leads out"), HasSubstr("absolute")))
        << name;
    EXPECT_NE(refusal(TarMaker().symlink(name, "x").str()), "") << name;
    EXPECT_NE(refusal(TarMaker().folder(name).str()), "") << name;
    EXPECT_NE(refusal(TarMaker().file("a", "").hard_link("b", name).str()), "") << name;
  }
  EXPECT_THAT(sink_.lines, ElementsAre("a 0", "a 0", "a 0", "a 0", "a 0", "a 0"));
}

TEST_F(Reader, RefusesDevicesAndPipes) {
  for (const char type : {'3', '4', '6'}) {
    EXPECT_THAT(refusal(TarMaker().entry("dev", type, "", "", 0644).str()),
                HasSubstr("no file, folder or link"));
  }
}

TEST_F(Reader, RefusesWhatIsNoArchive) {
  EXPECT_THAT(refusal(""), HasSubstr("no archive on standard input"));
  EXPECT_THAT(refusal("PK\x03\x04 a zip"), HasSubstr("no tar archive"));
  EXPECT_THAT(refusal(std::string(3000, 'x')), HasSubstr("no tar archive"));
  EXPECT_THAT(refusal(TarMaker().str()), HasSubstr("empty"));
  EXPECT_THAT(refusal(gzipped(TarMaker().str())), HasSubstr("empty"));
}

TEST_F(Reader, RefusesDamagedArchives) {
  const std::string tar = TarMaker().file("a", std::string(5000, 'a')).file("b", "b").str();
  EXPECT_THAT(refusal(tar.substr(0, 3000)), HasSubstr("damaged"));
  const std::string packed = gzipped(tar);
  EXPECT_NE(refusal(packed.substr(0, packed.size() / 2)), "");
  std::string flipped = tar;
  flipped[512 + 5120 + 10] ^= 1;
  EXPECT_THAT(refusal(flipped), HasSubstr("damaged"));
}

TEST_F(Reader, RefusesMoreThanItsLimits) {
  limits_ = {.entries = 2, .file_bytes = 100, .total_bytes = 150};
  EXPECT_TRUE(read(TarMaker().file("a", "").file("b", "").str()));
  EXPECT_THAT(refusal(TarMaker().file("a", "").file("b", "").file("c", "").str()),
              HasSubstr("more than 2 entries"));
  EXPECT_THAT(refusal(TarMaker().file("a", std::string(101, 'a')).str()), HasSubstr("at most"));
  EXPECT_THAT(
      refusal(TarMaker().file("a", std::string(100, 'a')).file("b", std::string(100, 'b')).str()),
      HasSubstr("when it is unpacked"));
}

TEST_F(Reader, BelievesNoSizeBeforeTheBytesAreThere) {
  EXPECT_THAT(refusal(TarMaker().entry("a", '0', "", "", 0644, 8ULL << 30).str()),
              HasSubstr("at most"));
  EXPECT_THAT(refusal(TarMaker().entry("a", '0', "", "", 0644, 1 << 20).str()),
              HasSubstr("damaged"));
}

TEST_F(Reader, RefusesArchiveBombs) {
  const std::string bomb = gzipped(TarMaker().file("zeros", std::string(70 << 20, '\0')).str());
  ASSERT_LT(bomb.size(), 200'000U);
  EXPECT_THAT(refusal(bomb), HasSubstr("bomb"));
  limits_.ratio = 2000;
  EXPECT_TRUE(read(bomb));
}

TEST_F(Reader, EndsWithWhatItsSourceOrItsSinkSays) {
  const Take failing = []() -> Result<std::span<const char>> {
    return Error{ErrorCode::Timeout, "nothing comes", "", ""};
  };
  EXPECT_EQ(read_tar(failing, limits_, sink_).error().code, ErrorCode::Timeout);

  struct Full : Listing {
    Result<void> content(std::span<const char> /*piece*/) override {
      return Error{ErrorCode::NoSpace, "full", "", ""};
    }
  } full;

  const std::string tar = TarMaker().file("a", "a").str();
  EXPECT_EQ(read_tar(take_of(tar), limits_, full).error().code, ErrorCode::NoSpace);
}

TEST(Links, StayInsideWhateverOtherLinksThereAre) {
  EXPECT_TRUE(stays_inside("link", "app.py"));
  EXPECT_TRUE(stays_inside("a/b/link", "../../app.py"));
  EXPECT_TRUE(stays_inside("a/link", "./b/c"));
  for (const char* target : {"/etc/passwd", "../up", "../../x", "", "b/../../..", "b/.."}) {
    EXPECT_FALSE(stays_inside("link", target)) << target;
  }
  EXPECT_FALSE(stays_inside("a/link", "../../x"));
}

}  // namespace
}  // namespace minpaas::archive
