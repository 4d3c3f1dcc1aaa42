#include "core/state/resource_store.h"

#include <gtest/gtest.h>

#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

using test::add_app;
using test::app_name;

class Resources : public testing::Test {
 protected:
  ResourceStore store() { return ResourceStore(file_.database()); }

  test::StateFile file_;
  AppName app_ = add_app(file_, "blog").name;
  ProcessType worker_ = *ProcessType::parse("worker");
};

TEST_F(Resources, AreKeptPerAppAndPerProcessType) {
  EXPECT_EQ(*store().of_app(app_), AppLimits{});
  const LimitChoices all{.memory_bytes = 256LL << 20, .cpus = 0.5, .pids = 100};
  const LimitChoices own{.memory_bytes = std::nullopt, .cpus = 1.5, .pids = std::nullopt};
  ASSERT_TRUE(store().set(app_, std::nullopt, all));
  ASSERT_TRUE(store().set(app_, worker_, own));
  file_.reopen();
  EXPECT_EQ(*store().of_app(app_), (AppLimits{all, {{worker_, own}}}));
}

TEST_F(Resources, AreForgottenWhenNoneIsLeft) {
  ASSERT_TRUE(store().set(app_, worker_, {.memory_bytes = 1 << 30}));
  ASSERT_TRUE(store().set(app_, worker_, {}));
  EXPECT_EQ(*store().of_app(app_), AppLimits{});
}

TEST_F(Resources, GoWithTheirApp) {
  ASSERT_TRUE(store().set(app_, std::nullopt, {.pids = 7}));
  ASSERT_TRUE(file_.apps().destroy(app_));
  EXPECT_EQ(store().of_app(app_).error().code, ErrorCode::NotFound);
  EXPECT_EQ(store().set(app_, std::nullopt, {.pids = 7}).error().code, ErrorCode::NotFound);
  add_app(file_, "blog");
  EXPECT_EQ(*store().of_app(app_), AppLimits{});
}

}  // namespace
}  // namespace minpaas::state
