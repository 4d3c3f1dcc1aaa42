#include "core/router/haproxy_map.h"

#include <gmock/gmock.h>

namespace minpaas::router {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(HaproxyMapText, HasAKeyAndAValueALine) {
  EXPECT_THAT(parse_map_file("# by hand\na.example app-a\n\n*.b.example app-b\n"),
              ElementsAre(Pair("*.b.example", "app-b"), Pair("a.example", "app-a")));
  EXPECT_THAT(parse_map_file(""), IsEmpty());
}

TEST(HaproxyMapText, HasAPointerInFrontWhenItIsShown) {
  EXPECT_THAT(parse_shown_map("0x55d0c8 a.example app-a\n0x55d0c9 b.example app-b\n\n"),
              ElementsAre(Pair("a.example", "app-a"), Pair("b.example", "app-b")));
  EXPECT_THAT(parse_shown_map("Unknown map identifier. Please use #<id> or <file>.\n"), IsEmpty());
}

}  // namespace
}  // namespace minpaas::router
