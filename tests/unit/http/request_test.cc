#include "http/request.h"

#include <gmock/gmock.h>

namespace minpaas::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Target, IsSplitBeforeItIsDecoded) {
  const auto target =
      std::get<Target>(parse_target("/apps/b%6Cog/logs?tail=5&since=a%20b+c&follow"));
  EXPECT_THAT(target.segments, ElementsAre("apps", "blog", "logs"));
  EXPECT_THAT(target.query,
              ElementsAre(Pair("tail", "5"), Pair("since", "a b c"), Pair("follow", "")));
}

TEST(Target, RefusesPathTraversal) {
  for (const char* target : {"/apps/..", "/apps/../keys", "/apps/%2e%2e/keys", "/apps/a%2fb",
                             "/apps/a%2F..%2Fb", "/apps/.", "/apps/%2e"}) {
    EXPECT_TRUE(std::holds_alternative<Problem>(parse_target(target))) << target;
  }
}

TEST(Target, RefusesHeaderInjectionAndBrokenEncodings) {
  for (const char* target : {"/apps/a%0d%0aX:1", "/apps/a%00", "/apps/%7f", "/apps/%", "/apps/%4",
                             "/apps/%zz", "apps", "", "*", "http://x/apps", "/apps?a=%"}) {
    EXPECT_TRUE(std::holds_alternative<Problem>(parse_target(target))) << target;
  }
}

}  // namespace
}  // namespace minpaas::http
