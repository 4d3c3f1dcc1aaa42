#include "hooks/access/known_masks.h"

#include <gtest/gtest.h>

namespace minpaas::hooks {
namespace {

std::vector<ConfigVars> password(std::string value) {
  return {{{*ConfigKey::parse("PASSWORD"), Secret(std::move(value))}}};
}

const AppName kBlog = *AppName::parse("blog");
const AppName kShop = *AppName::parse("shop");

TEST(KnownMasks, AreSharedUntilWhatTheyHideChanges) {
  KnownMasks masks;
  const auto first = masks.of(kBlog, password("hunter2hunter2"));
  EXPECT_EQ(masks.of(kBlog, password("hunter2hunter2")), first);
  const auto next = masks.of(kBlog, password("correct horse"));
  EXPECT_NE(next, first);
  EXPECT_EQ(next->apply_to_whole("hunter2hunter2 correct horse"), "hunter2hunter2 [PASSWORD]");
  EXPECT_EQ(first->apply_to_whole("hunter2hunter2"), "[PASSWORD]") << "who has it keeps it";
}

TEST(KnownMasks, AreOfOneApp) {
  KnownMasks masks;
  const auto of_blog = masks.of(kBlog, password("hunter2-of-blog"));
  const auto of_shop = masks.of(kShop, password("hunter2-of-shop"));
  EXPECT_EQ(of_blog->apply_to_whole("hunter2-of-shop"), "hunter2-of-shop");
  EXPECT_EQ(of_shop->apply_to_whole("hunter2-of-shop"), "[PASSWORD]");
  EXPECT_EQ(masks.of(kBlog, password("hunter2-of-blog")), of_blog);
}

TEST(KnownMasks, HideBothValuesOfAName) {
  KnownMasks masks;
  const ConfigVars config = password("hunter2hunter2").front();
  const ConfigVars build_secrets = password("correct horse").front();
  const auto mask = masks.of(kBlog, {config, build_secrets});
  EXPECT_EQ(mask->apply_to_whole("hunter2hunter2 correct horse"), "[PASSWORD] [PASSWORD]");
}

TEST(KnownMasks, KeepTheNameOfTheApp) {
  KnownMasks masks;
  const auto mask = masks.of(*AppName::parse("production-web"), password("production"));
  EXPECT_EQ(mask->apply_to_whole("production-web in production"), "production-web in [PASSWORD]");
}

TEST(KnownMasks, AreForgottenWithTheLastWhoUsesThem) {
  KnownMasks masks;
  std::weak_ptr<const SecretMask> first = masks.of(kBlog, password("hunter2hunter2"));
  EXPECT_TRUE(first.expired());
}

}  // namespace
}  // namespace minpaas::hooks
