#include <gmock/gmock.h>

#include "tests/support/deploy_bed.h"

namespace minpaas::hooks {
namespace {

using router::Shown;
using testing::ElementsAre;
using testing::IsEmpty;

class MaintenanceOfApps : public testing::Test {
 protected:
  Result<bool> set(Shown shown) {
    return bed_.platform().maintenance().set(bed_.admin, blog_, shown);
  }

  bool reported() { return bed_.platform().app(bed_.admin, blog_)->summary.maintenance; }

  test::DeployBed bed_;
  AppName blog_ = bed_.make_app("blog");
};

TEST_F(MaintenanceOfApps, IsToldToTheRouterAndToPeople) {
  EXPECT_FALSE(reported());
  EXPECT_TRUE(*set(Shown::Page));
  EXPECT_FALSE(*set(Shown::Page));
  EXPECT_TRUE(reported());
  EXPECT_THAT(bed_.router.in_maintenance(), ElementsAre(blog_));
  EXPECT_TRUE(*set(Shown::App));
  EXPECT_FALSE(*set(Shown::App));
  EXPECT_FALSE(reported());
  EXPECT_THAT(bed_.router.in_maintenance(), IsEmpty());
}

TEST_F(MaintenanceOfApps, OutlivesTheServer) {
  ASSERT_TRUE(set(Shown::Page));
  ASSERT_TRUE(bed_.router.set_maintenance(blog_, Shown::App));
  bed_.restart();
  ASSERT_TRUE(bed_.server().maintenance.prepare());
  EXPECT_THAT(bed_.router.in_maintenance(), ElementsAre(blog_));
}

TEST_F(MaintenanceOfApps, DoesNotKeepPushesFromDeploying) {
  bed_.start_queue();
  ASSERT_TRUE(set(Shown::Page));
  const auto outcome = bed_.push(blog_, bed_.commit(blog_, "one"));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->stage, state::DeployStage::Succeeded);
  EXPECT_THAT(bed_.router.in_maintenance(), ElementsAre(blog_));
}

TEST_F(MaintenanceOfApps, IsRefusedWhileTheAppIsLocked) {
  ASSERT_TRUE(bed_.platform().lock(bed_.admin, blog_));
  EXPECT_EQ(set(Shown::Page).error().code, ErrorCode::Conflict);
}

TEST_F(MaintenanceOfApps, IsAsBeforeWhenTheRouterRefuses) {
  bed_.router.refusal = Error{ErrorCode::Failed, "no", "", ""};
  EXPECT_FALSE(set(Shown::Page));
  EXPECT_FALSE(reported());
}

TEST_F(MaintenanceOfApps, NeedsARouterThatHasAPageButNoneToEnd) {
  ASSERT_TRUE(set(Shown::Page));
  bed_.router.has_names = false;
  EXPECT_EQ(set(Shown::Page).error().code, ErrorCode::Conflict);
  EXPECT_TRUE(*set(Shown::App));
}

}  // namespace
}  // namespace minpaas::hooks
