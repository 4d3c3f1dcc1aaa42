#include "core/state/check_store.h"

#include <gtest/gtest.h>

#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

using test::add_app;
using test::app_name;

class ChecksOfApps : public testing::Test {
 protected:
  CheckStore store() { return CheckStore(file_.database()); }

  test::StateFile file_;
  AppName app_ = add_app(file_, "blog").name;
  ProcessType web_ = ProcessType::web();
  ProcessType worker_ = *ProcessType::parse("worker");
};

TEST_F(ChecksOfApps, AreKeptPerProcessType) {
  EXPECT_EQ(*store().of_app(app_), AppChecks{});
  const CheckChoices all{.path = "/up",
                         .deadline = seconds(90),
                         .timeout = seconds(3),
                         .attempts = 7,
                         .wait = seconds(20)};
  const CheckChoices own{.deadline = seconds(5)};
  ASSERT_TRUE(store().set(app_, web_, all));
  ASSERT_TRUE(store().set(app_, worker_, own));
  file_.reopen();
  EXPECT_EQ(*store().of_app(app_), (AppChecks{{web_, all}, {worker_, own}}));
}

TEST_F(ChecksOfApps, AreForgottenWhenNoneIsLeft) {
  ASSERT_TRUE(store().set(app_, web_, {.path = "/up"}));
  ASSERT_TRUE(store().set(app_, web_, {}));
  EXPECT_EQ(*store().of_app(app_), AppChecks{});
}

TEST_F(ChecksOfApps, GoWithTheirApp) {
  ASSERT_TRUE(store().set(app_, web_, {.path = "/up"}));
  ASSERT_TRUE(file_.apps().destroy(app_));
  EXPECT_EQ(store().of_app(app_).error().code, ErrorCode::NotFound);
  EXPECT_EQ(store().set(app_, web_, {.path = "/up"}).error().code, ErrorCode::NotFound);
  add_app(file_, "blog");
  EXPECT_EQ(*store().of_app(app_), AppChecks{});
}

}  // namespace
}  // namespace minpaas::state
