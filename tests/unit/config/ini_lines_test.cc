#include "config/ini_lines.h"

#include <gtest/gtest.h>

namespace minpaas::config {
namespace {

/// `section.key=value|` of every entry, or the error.
std::string read(std::string_view text) {
  std::string all;
  const auto done = read_ini(text, "f.ini", [&](const IniEntry& entry) -> Result<void> {
    if (entry.is_section) {
      return entry.section == "unknown"
                 ? Result<void>(Error{ErrorCode::InvalidInput, "no such section", "", ""})
                 : Result<void>();
    }
    all += std::string(entry.section) + "." + std::string(entry.key) + "=" +
           std::string(entry.value) + "|";
    if (entry.value == "bad") {
      return Error{ErrorCode::InvalidInput, "refused", "do better", ""};
    }
    return {};
  });
  return done ? all : done.error().message;
}

TEST(IniLines, GivesEveryEntryInOrder) {
  EXPECT_EQ(read("[a]\nx = 1\ny=2 2\n[b]\nx: 3\nempty =\n"), "a.x=1|a.y=2 2|b.x=3|b.empty=|");
  EXPECT_EQ(read(""), "");
}

TEST(IniLines, PassesOverComments) {
  EXPECT_EQ(read("# c\n; c\n\n[a] ; c\nx = 1 ; c\ny = 1;2\n"), "a.x=1|a.y=1;2|");
}

TEST(IniLines, TakesAnIndentedLineAsALineOfItsOwn) {
  EXPECT_EQ(read("[a]\n  x = 1\n\ty = 2\n"), "a.x=1|a.y=2|");
}

TEST(IniLines, ReadsFilesOfOtherSystems) {
  EXPECT_EQ(read("\xef\xbb\xbf[a]\r\nx = 1\r\n"), "a.x=1|");
  EXPECT_EQ(read("[a]\nx = 1"), "a.x=1|");
}

TEST(IniLines, NamesTheFirstBadLineOfEitherKind) {
  EXPECT_EQ(read("[a]\nx = 1\nwhat is this\ny = bad\n"), "f.ini:3: this is no `key = value`");
  EXPECT_EQ(read("[a]\nx = bad\nwhat is this\ny = bad\n"), "f.ini:2: refused");
  EXPECT_EQ(read("[a\nx = 1\n"), "f.ini:1: the ] is missing");
  EXPECT_EQ(read("[a]\n[unknown]\n"), "f.ini:2: no such section");
  EXPECT_EQ(read("[unknown] ; c\nx = 1\n"), "f.ini:1: no such section");
}

TEST(IniLines, RefusesWhatWouldBeCutInSilence) {
  EXPECT_EQ(read("[a]\nx = " + std::string(300, 'v') + "\n"),
            "f.ini:2: the line is longer than 199 characters");
  EXPECT_EQ(read("[a]\nx = " + std::string(195, 'v') + "\n"), "a.x=" + std::string(195, 'v') + "|");
  EXPECT_EQ(read(std::string_view("[a]\nx = 1\0 2\n", 13)),
            "f.ini:2: there is a NUL byte in the line");
}

}  // namespace
}  // namespace minpaas::config
