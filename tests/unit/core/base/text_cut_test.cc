#include "core/base/text_cut.h"

#include <gtest/gtest.h>

namespace minpaas {
namespace {

const std::string kGoesOn(kTextGoesOn);

TEST(CutText, SaysThatItIsCut) {
  EXPECT_EQ(cut_text("abc", 3), "abc");
  EXPECT_EQ(cut_text("abcd", 3), "abc" + kGoesOn);
}

TEST(CutText, KeepsCharactersWhole) {
  EXPECT_EQ(cut_text("ab\u00e9", 3), "ab" + kGoesOn);
  EXPECT_EQ(cut_text("ab\u20ac", 4), "ab" + kGoesOn);
  EXPECT_EQ(cut_text("\U0001f600x", 3), kGoesOn);
  EXPECT_EQ(cut_text("\u00e9\u00e9", 2), "\u00e9" + kGoesOn);
}

TEST(CutText, OfWhatIsNoUtf8EndsToo) {
  EXPECT_EQ(cut_text(std::string(20, '\x80'), 10), std::string(7, '\x80') + kGoesOn);
}

}  // namespace
}  // namespace minpaas
