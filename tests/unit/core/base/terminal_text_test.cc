#include "core/base/terminal_text.h"

#include <gtest/gtest.h>

namespace minpaas {
namespace {

TEST(SanitizeTerminal, KeepsTextTabsAndColours) {
  EXPECT_EQ(sanitize_terminal("a\tb é 漢 \x1b[1;31mred\x1b[0m"), "a\tb é 漢 \x1b[1;31mred\x1b[0m");
}

TEST(SanitizeTerminal, DropsWhatMovesTheCursorOrErases) {
  EXPECT_EQ(sanitize_terminal("\x1b[2Jx\x1b[1Ay\x1b[Kz\x1b"
                              "c!"),
            "xyz!");
}

TEST(SanitizeTerminal, DropsTitlesAndClipboardWrites) {
  EXPECT_EQ(sanitize_terminal("a\x1b]0;owned\x07"
                              "b\x1b]52;c;QQ==\x1b\\c"),
            "abc");
  EXPECT_EQ(sanitize_terminal("a\x1b]0;never ends"), "a");
}

TEST(SanitizeTerminal, DropsControlCharacters) {
  EXPECT_EQ(sanitize_terminal(std::string_view("a\0b\r\n\b\x7f"
                                               "c\xc2\x9b"
                                               "2J",
                                               12)),
            "abc2J");
}

TEST(SanitizeTerminal, DropsWhatTurnsTheDirectionOfText) {
  EXPECT_EQ(sanitize_terminal("user\u202enimda\u202c \u2066a\u2069\u200fb\u061cc\u2028d"),
            "usernimda abcd");
  EXPECT_EQ(sanitize_terminal("שלום \u200b\u2030\u2065\u00a0\U0001f600"),
            "שלום \u200b\u2030\u2065\u00a0\U0001f600");
}

TEST(SanitizeTerminal, EndsAColourWithItsLine) {
  EXPECT_EQ(sanitize_terminal("\x1b[8mhidden"), "\x1b[8mhidden\x1b[0m");
  EXPECT_EQ(sanitize_terminal(sanitize_terminal("\x1b[31mred")), "\x1b[31mred\x1b[0m");
  EXPECT_EQ(sanitize_terminal("\x1b[31mred\x1b[m."), "\x1b[31mred\x1b[m.");
}

TEST(SanitizeTerminal, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(sanitize_terminal("a\xff"
                              "b\xc3"),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd");
  EXPECT_EQ(sanitize_terminal("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(SanitizeTerminal, TakesUnfinishedSequencesAway) {
  EXPECT_EQ(sanitize_terminal("a\x1b"), "a");
  EXPECT_EQ(sanitize_terminal("a\x1b["), "a");
  EXPECT_EQ(sanitize_terminal("a\x1b[38;5"), "a");
}

}  // namespace
}  // namespace minpaas
