#include "config/nearest_word.h"

#include <gtest/gtest.h>

namespace minpaas::config {
namespace {

const std::vector<std::string_view> kKnown{"listen", "login_grace", "penalties", "slots"};

TEST(NearestWord, IsTheOneThatWasMeant) {
  EXPECT_EQ(nearest_word("listn", kKnown), "listen");
  EXPECT_EQ(nearest_word("lisetn", kKnown), "listen");
  EXPECT_EQ(nearest_word("Listen", kKnown), "listen");
  EXPECT_EQ(nearest_word("logingrace", kKnown), "login_grace");
  EXPECT_EQ(nearest_word("slot", kKnown), "slots");
}

TEST(NearestWord, IsNoneWhenNothingIsNear) {
  EXPECT_EQ(nearest_word("timeout", kKnown), "");
  EXPECT_EQ(nearest_word("", kKnown), "");
  EXPECT_EQ(nearest_word("listen", {}), "");
  EXPECT_EQ(nearest_word(std::string(100'000, 'x'), kKnown), "");
}

}  // namespace
}  // namespace minpaas::config
