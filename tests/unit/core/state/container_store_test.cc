#include "core/state/container_store.h"

#include <gtest/gtest.h>

#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

using test::add_app;
using test::app_name;
using test::StateFile;

class Containers : public testing::Test {
 protected:
  Containers() {
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(file_.releases().add(test::release_of(app_)));
    }
  }

  Result<void> add(const std::string& id, int release, int index) {
    return store().add({id, app_, ReleaseNumber(release), ProcessType::web(), index});
  }

  static std::string ids(const Result<std::vector<ContainerRow>>& rows) {
    std::string joined;
    for (const ContainerRow& row : rows.value()) {
      joined += row.id + " ";
    }
    return joined;
  }

  ContainerStore store() { return file_.containers(); }

  StateFile file_;
  AppName app_ = add_app(file_, "blog").name;
};

TEST_F(Containers, AreFoundByReleaseAndByApp) {
  ASSERT_TRUE(add("second", 1, 2));
  ASSERT_TRUE(add("first", 1, 1));
  ASSERT_TRUE(add("newer", 2, 1));
  file_.reopen();
  EXPECT_EQ(ids(store().of_release(app_, ReleaseNumber(1))), "first second ");
  EXPECT_EQ(ids(store().of_app(app_)), "first second newer ");
  const ContainerRow row = store().of_release(app_, ReleaseNumber(2))->front();
  EXPECT_EQ(row.app, app_);
  EXPECT_EQ(row.release, ReleaseNumber(2));
  EXPECT_TRUE(row.process.is_web());
  EXPECT_EQ(row.index, 1);
}

TEST_F(Containers, OfTwoSetsOfOneReleaseCanStandBesideEachOther) {
  ASSERT_TRUE(add("old", 1, 1));
  EXPECT_TRUE(add("new", 1, 1));
}

TEST_F(Containers, AreRemovedOnceOrTwiceWithTheSameResult) {
  ASSERT_TRUE(add("a", 1, 1));
  ASSERT_TRUE(store().remove("a"));
  EXPECT_TRUE(store().remove("a"));
  EXPECT_TRUE(store().of_app(app_)->empty());
}

TEST_F(Containers, AreAddedOnce) {
  ASSERT_TRUE(add("a", 1, 1));
  EXPECT_EQ(add("a", 1, 1).error().code, ErrorCode::AlreadyExists);
}

TEST_F(Containers, BelongToAReleaseThatExists) {
  EXPECT_EQ(add("a", 9, 1).error().code, ErrorCode::Conflict);
  const AppName unknown = app_name("nope");
  EXPECT_EQ(store().add({"a", unknown, ReleaseNumber(1), ProcessType::web(), 1}).error().code,
            ErrorCode::NotFound);
  EXPECT_EQ(store().of_app(unknown).error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace minpaas::state
