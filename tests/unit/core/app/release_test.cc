#include "core/app/release.h"

#include <gtest/gtest.h>

#include <array>

namespace minpaas {
namespace {

TEST(ReleaseNumber, IsWrittenWithV) {
  EXPECT_EQ(ReleaseNumber::parse("v12")->value(), 12);
  EXPECT_EQ(ReleaseNumber::parse("12")->str(), "v12");
  for (const char* bad : {"", "v", "v0", "-1", "vv1", "v1x"}) {
    EXPECT_FALSE(ReleaseNumber::parse(bad)) << bad;
  }
}

TEST(ReleaseState, MovesOnlyForward) {
  using enum ReleaseState;
  constexpr std::array kAll{Pending, Live, Superseded, Failed};
  int legal = 0;
  for (const auto from : kAll) {
    for (const auto to : kAll) {
      legal += may_move(from, to) ? 1 : 0;
    }
  }
  EXPECT_EQ(legal, 3);
  EXPECT_TRUE(may_move(Pending, Live));
  EXPECT_TRUE(may_move(Pending, Failed));
  EXPECT_TRUE(may_move(Live, Superseded));
}

}  // namespace
}  // namespace minpaas
