#include "core/state/volume_store.h"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>

#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

using test::add_app;
using test::app_name;
using testing::IsEmpty;

class Volumes : public testing::Test {
 protected:
  VolumeStore store() { return VolumeStore(file_.database()); }

  static VolumeStore::Change by(std::int64_t deploy) { return {deploy, "0123456789abcdef", {}}; }

  static StorageMount mount(std::string_view text) { return *StorageMount::parse(text); }

  VolumeRow only() {
    const auto rows = store().all();
    EXPECT_EQ(rows->size(), 1U);
    return rows->at(0);
  }

  test::StateFile file_;
  AppName app_ = add_app(file_, "blog").name;
  StorageName data_ = *StorageName::parse("data");
};

TEST_F(Volumes, AreMountedOnceAndKept) {
  EXPECT_TRUE(*store().mount(app_, mount("data:/data"), by(1)));
  EXPECT_FALSE(*store().mount(app_, mount("data:/data"), by(2)));
  file_.reopen();
  EXPECT_EQ(only().volume, "minpaas-blog-data-1-012345");
  EXPECT_EQ(only().path, *MountPath::parse("/data"));
  EXPECT_FALSE(only().is_ready);
  ASSERT_TRUE(store().set_ready(only().id));
  EXPECT_TRUE(only().is_ready);
}

TEST_F(Volumes, StayWhenTheyAreUnmounted) {
  ASSERT_TRUE(store().mount(app_, mount("data:/data"), by(1)));
  EXPECT_TRUE(*store().unmount(app_, data_, by(2)));
  EXPECT_FALSE(*store().unmount(app_, data_, by(3)));
  EXPECT_FALSE(only().path);
  ASSERT_TRUE(store().mount(app_, mount("data:/other"), by(4)));
  EXPECT_EQ(only().volume, "minpaas-blog-data-1-012345");
}

TEST_F(Volumes, OfAFailedDeployAreAsBefore) {
  ASSERT_TRUE(store().mount(app_, mount("data:/data"), by(1)));
  ASSERT_TRUE(store().mount(app_, mount("data:/other"), by(2)));
  ASSERT_TRUE(store().undo(1)) << "it has ended well, and what it did is taken back no more";
  EXPECT_EQ(only().path, *MountPath::parse("/other"));
  ASSERT_TRUE(store().undo(2));
  EXPECT_EQ(only().path, *MountPath::parse("/data"));
  ASSERT_TRUE(store().undo(2));
  EXPECT_EQ(only().path, *MountPath::parse("/data"));
}

TEST_F(Volumes, OutliveTheirAppAndAreTakenByTheNextOfItsName) {
  ASSERT_TRUE(store().mount(app_, mount("data:/data"), by(1)));
  ASSERT_TRUE(file_.apps().destroy(app_));
  EXPECT_TRUE(only().app_is_gone);
  EXPECT_EQ(only().app, app_);
  EXPECT_TRUE(*store().left_by(app_, data_));
  add_app(file_, "blog");
  EXPECT_THAT(*store().of_app(app_), IsEmpty());
  EXPECT_TRUE(*store().mount(app_, mount("data:/data"), by(2)));
  EXPECT_FALSE(only().app_is_gone);
  EXPECT_FALSE(*store().left_by(app_, data_));
}

TEST_F(Volumes, FollowTheNameOfTheirApp) {
  ASSERT_TRUE(store().mount(app_, mount("data:/data"), by(1)));
  ASSERT_TRUE(file_.database().write([](SQLite::Database& connection) -> Result<void> {
    connection.exec("UPDATE apps SET name = 'shop'");
    return {};
  }));
  EXPECT_EQ(only().app, app_name("shop"));
  EXPECT_EQ(only().volume, "minpaas-blog-data-1-012345");
}

TEST_F(Volumes, CannotHaveOnePathTwice) {
  ASSERT_TRUE(store().mount(app_, mount("data:/data"), by(1)));
  EXPECT_EQ(store().mount(app_, mount("more:/data"), by(2)).error().code, ErrorCode::AlreadyExists);
  EXPECT_EQ(store().all()->size(), 1U);
  const AppName other = add_app(file_, "other").name;
  EXPECT_TRUE(store().mount(other, mount("data:/data"), by(3)));
  ASSERT_TRUE(store().remove(store().of_app(other)->at(0).id));
  EXPECT_THAT(*store().of_app(other), IsEmpty());
}

}  // namespace
}  // namespace minpaas::state
