#include "hooks/supervision/garbage.h"

#include <gmock/gmock.h>

#include "tests/support/fake_engine.h"
#include "tests/support/releases.h"
#include "tests/support/state_file.h"

namespace minpaas::hooks {
namespace {

using test::EngineCall;
using test::FakeEngine;
using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class GarbageCollection : public testing::Test {
 protected:
  GarbageCollection() { settings_.keep_releases = 2; }

  test::StateFile file_;
  state::AppStore apps_ = file_.apps();
  state::ReleaseStore releases_ = file_.releases();
  state::DeployStore deploys_ = file_.deploys();
  FakeEngine engine_;
  config::BuildSettings settings_;
  AppName app_ = test::add_app(file_, "blog").name;
  int built_ = 0;

  ImageId build(const std::string& app = "blog", const std::string& instance = "this-server",
                const std::string& deploy = "1") {
    return engine_.add_image(
        "localhost/minpaas/" + app + ":d" + std::to_string(++built_), {},
        {{"minpaas.app", app}, {"minpaas.instance", instance}, {"minpaas.deploy", deploy}});
  }

  void release(const ImageId& image) {
    const auto made = *releases_.add(test::make_release("blog", 1, image));
    ASSERT_TRUE(releases_.make_live(app_, made.number));
  }

  Freed collect() {
    Garbage garbage(engine_, apps_, releases_, deploys_, "this-server", settings_);
    return *garbage.collect(app_);
  }

  std::vector<ImageId> left() {
    std::vector<ImageId> ids;
    for (const auto& image : engine_.images()) {
      ids.push_back(image.id);
    }
    return ids;
  }
};

TEST_F(GarbageCollection, KeepsTheImagesOfTheLastReleases) {
  const auto first = build();
  const auto second = build();
  const auto third = build();
  for (const auto& image : {first, second, third}) {
    release(image);
  }
  EXPECT_EQ(collect().images, 1);
  EXPECT_THAT(left(), testing::ElementsAre(second, third));
}

TEST_F(GarbageCollection, RemovesAnImageThatBecameNoRelease) {
  const auto failed = build();
  release(build());
  EXPECT_EQ(collect().images, 1);
  EXPECT_THAT(left(), Not(Contains(failed)));
}

TEST_F(GarbageCollection, KeepsTheImageOfAnUnfinishedDeploy) {
  const auto deploy = *deploys_.add(test::deploy_of(app_));
  const auto image = build("blog", "this-server", std::to_string(deploy));
  EXPECT_EQ(collect().images, 0);
  EXPECT_THAT(left(), Contains(image));
}

TEST_F(GarbageCollection, KeepsTheImageThatARollbackGoesBackTo) {
  const auto old = build();
  auto rollback = test::deploy_of(app_);
  rollback.image = old.value;
  const auto deploy = *deploys_.add(rollback);
  EXPECT_EQ(collect().images, 0);
  ASSERT_TRUE(deploys_.finish(deploy, state::DeployStage::Failed, "", test::at_second(2)));
  EXPECT_EQ(collect().images, 1);
}

TEST_F(GarbageCollection, KeepsTheImageOfAnyContainer) {
  const auto image = build();
  docker::ContainerSpec foreign;
  foreign.name = "someone-elses";
  foreign.image = image;
  ASSERT_TRUE(engine_.create_container(foreign));
  EXPECT_EQ(collect().images, 0);
}

TEST_F(GarbageCollection, NeverTouchesWhatIsNotOfThisServerAndApp) {
  build("blog", "another-server");
  build("shop");
  engine_.add_image("debian");
  EXPECT_EQ(collect().images, 0);
  EXPECT_THAT(left(), SizeIs(3));
}

TEST_F(GarbageCollection, OfAllFindsImagesOfAppsThatAreGone) {
  const auto live = build();
  release(live);
  build("destroyed");
  build("destroyed", "another-server");
  engine_.add_image("debian");
  Garbage garbage(engine_, apps_, releases_, deploys_, "this-server", settings_);
  EXPECT_EQ(garbage.collect_all()->images, 1);
  EXPECT_THAT(left(), SizeIs(3));
  EXPECT_THAT(left(), Contains(live));
}

TEST_F(GarbageCollection, LeavesAnImageThatSomebodyBuiltOnOneOfOurs) {
  build();
  // It has inherited the labels.
  const ImageId theirs = engine_.add_image(
      "company/debug:1", {},
      {{"minpaas.app", "blog"}, {"minpaas.instance", "this-server"}, {"minpaas.deploy", "1"}});
  EXPECT_EQ(collect().images, 1);
  EXPECT_THAT(left(), testing::ElementsAre(theirs));
}

TEST_F(GarbageCollection, RemovesNothingWithoutAnInstance) {
  engine_.add_image("unlabelled", {}, {{"minpaas.app", "blog"}, {"minpaas.instance", ""}});
  Garbage garbage(engine_, apps_, releases_, deploys_, "", settings_);
  EXPECT_EQ(garbage.collect_all()->images, 0);
}

TEST_F(GarbageCollection, PrunesTheBuildCache) {
  collect();
  EXPECT_THAT(engine_.journal(), Contains("prune"));
}

TEST_F(GarbageCollection, GoesOnWhenOneImageCannotBeRemoved) {
  build();
  build();
  engine_.fail_next(EngineCall::RemoveImage, {ErrorCode::Conflict, "in use", "", ""});
  engine_.fail_next(EngineCall::Prune, {ErrorCode::Conflict, "a prune is running", "", ""});
  EXPECT_EQ(collect().images, 1);
}

TEST_F(GarbageCollection, ReportsAnEngineThatIsDown) {
  engine_.go_down();
  Garbage garbage(engine_, apps_, releases_, deploys_, "this-server", settings_);
  EXPECT_EQ(garbage.collect(app_).error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace minpaas::hooks
