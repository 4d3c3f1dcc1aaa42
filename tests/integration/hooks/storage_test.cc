#include "hooks/service/storage.h"

#include <gmock/gmock.h>

#include "tests/support/deploy_bed.h"

namespace minpaas::hooks {
namespace {

using state::DeployStage;
using test::Crash;
using test::DeployBed;
using test::EngineCall;
using test::Watcher;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

const docker::VolumeMount kData{"minpaas-blog-data-1-012345", "/data"};

class AppStorage : public testing::Test {
 protected:
  AppStorage() { bed_.start_queue(); }

  void push(const std::string& content) {
    ASSERT_EQ(bed_.push(app_, bed_.commit(app_, content))->stage, DeployStage::Succeeded);
  }

  Result<DeployOutcome> mount(std::string_view text, const AppName& app) {
    return storage().mount(bed_.admin, app, *StorageMount::parse(text), Watcher().follow());
  }

  Result<DeployOutcome> mount(std::string_view text) { return mount(text, app_); }

  Result<DeployOutcome> unmount(std::string_view name) {
    return storage().unmount(bed_.admin, app_, *StorageName::parse(name), Watcher().follow());
  }

  Storage& storage() { return bed_.platform().storage(); }

  /// Of the one container that there is.
  std::vector<docker::VolumeMount> mounted() {
    EXPECT_TRUE(bed_.wait_idle(app_));
    const auto containers = bed_.engine.containers();
    EXPECT_EQ(containers.size(), 1U);
    return bed_.engine.spec(containers.front().name)->mounts;
  }

  std::vector<std::string> volumes() {
    std::vector<std::string> names;
    const auto list = bed_.engine.list_volumes({{"minpaas.app", ""}});
    for (const auto& volume : *list) {
      names.push_back(volume.name);
    }
    return names;
  }

  DeployBed bed_;
  AppName app_ = bed_.make_app("blog");
  Actor member_{7, "bob", Role::Member, "SHA256:b", ""};
};

TEST_F(AppStorage, IsThereFromTheFirstReleaseOn) {
  const auto mounted_early = mount("data:/data");
  ASSERT_TRUE(mounted_early) << mounted_early.error().for_log();
  EXPECT_FALSE(mounted_early->release);
  EXPECT_THAT(volumes(), IsEmpty());
  push("one");
  EXPECT_THAT(mounted(), ElementsAre(kData));
  EXPECT_THAT(volumes(), ElementsAre(kData.volume));
}

TEST_F(AppStorage, IsMountedByAReleaseOfItsOwn) {
  push("one");
  EXPECT_EQ(mount("data:/data")->release, ReleaseNumber(2));
  EXPECT_THAT(mounted(), ElementsAre(kData));
  EXPECT_EQ(bed_.platform().app(bed_.admin, app_)->live->description, "Mount data at /data");
  push("two");
  EXPECT_THAT(mounted(), ElementsAre(kData));
  EXPECT_EQ(unmount("data")->release, ReleaseNumber(4));
  EXPECT_THAT(mounted(), IsEmpty());
  EXPECT_THAT(volumes(), ElementsAre(kData.volume)) << "the data stays";
  EXPECT_EQ(bed_.broken_promise(app_), "");
}

TEST_F(AppStorage, IsGivenToTheAppsUserOnceWhenItIsNew) {
  push("one");
  ASSERT_TRUE(mount("data:/data"));
  EXPECT_THAT(bed_.engine.journal(), Contains(testing::StartsWith("put ")).Times(1));
  bed_.engine.clear_journal();
  push("two");
  ASSERT_TRUE(unmount("data"));
  ASSERT_TRUE(mount("data:/other"));
  EXPECT_THAT(bed_.engine.journal(), Not(Contains(testing::StartsWith("put "))));
}

TEST_F(AppStorage, StaysAsItIsNowInARollback) {
  push("one");
  ASSERT_TRUE(mount("data:/data"));
  ASSERT_TRUE(
      bed_.platform().rollback(bed_.admin, app_, ReleaseNumber(1), Watcher().follow())->release);
  EXPECT_THAT(mounted(), ElementsAre(kData));
}

TEST_F(AppStorage, IsAsBeforeWhenTheDeployFails) {
  push("one");
  ASSERT_TRUE(mount("data:/data"));
  bed_.check = [](const auto&, const std::stop_token&) {
    return Error{ErrorCode::Failed, "it does not answer", "", ""};
  };
  EXPECT_EQ(mount("data:/other")->stage, DeployStage::Failed);
  EXPECT_EQ(unmount("data")->stage, DeployStage::Failed);
  EXPECT_EQ(mount("more:/more")->stage, DeployStage::Failed);
  bed_.check = {};
  EXPECT_EQ(bed_.broken_promise(app_), "");
  push("two");
  EXPECT_THAT(mounted(), ElementsAre(kData));
}

TEST_F(AppStorage, IsAsBeforeWhereverTheServerCrashes) {
  push("one");
  ASSERT_TRUE(mount("data:/data"));
  ASSERT_TRUE(bed_.wait_idle(app_)) << "the old container goes after the result";
  for (const char* point : {"releasing", "storage changed", "release stored", "starting", "started",
                            "checking", "switching"}) {
    bed_.restart();
    DeployJob job{.row = asked_for(app_, state::DeployKind::ConfigChange, "ada")};
    job.storage = {*StorageName::parse("data"), *MountPath::parse("/other")};
    job.row.id = *bed_.server().deploys.add(job.row);
    bed_.at_point = [&](std::string_view now) {
      if (now == point) {
        throw Crash();
      }
    };
    Deploy deploy(job, *DeployFeed::create(bed_.server().queue.log_file(app_, job.row.id), {}));
    EXPECT_THROW(bed_.server().pipeline.run(deploy), Crash) << point;
    bed_.at_point = {};
    bed_.restart();
    ASSERT_TRUE(recover(bed_.server().parts));
    EXPECT_EQ(bed_.server().volumes.of_app(app_)->at(0).path, *MountPath::parse("/data")) << point;
    EXPECT_EQ(bed_.broken_promise(app_), "") << point;
  }
}

TEST_F(AppStorage, OutlivesItsAppUnlessItIsToGoToo) {
  push("one");
  ASSERT_TRUE(mount("data:/data"));
  ASSERT_TRUE(bed_.platform().destroy_app(bed_.admin, app_, false));
  EXPECT_THAT(volumes(), ElementsAre(kData.volume));
  ASSERT_EQ(storage().all(bed_.admin)->size(), 1U);
  EXPECT_TRUE(storage().all(bed_.admin)->front().app_is_gone);
  EXPECT_THAT(*storage().all(member_), IsEmpty());
  bed_.make_app("blog");
  ASSERT_TRUE(mount("data:/data"));
  push("again");
  EXPECT_THAT(mounted(), ElementsAre(kData));
  ASSERT_TRUE(bed_.platform().destroy_app(bed_.admin, app_, true));
  EXPECT_THAT(volumes(), IsEmpty());
  EXPECT_THAT(*storage().all(bed_.admin), IsEmpty());
}

TEST_F(AppStorage, OfAGoneAppIsNotForWhoeverTakesItsName) {
  push("one");
  ASSERT_TRUE(mount("data:/data"));
  ASSERT_TRUE(bed_.platform().destroy_app(bed_.admin, app_, false));
  const auto bob = bed_.server().users.add("bob", Role::Member, bed_.clock.now());
  member_.user_id = bob->id;
  ASSERT_TRUE(bed_.platform().create_app(member_, app_));
  const auto taken =
      storage().mount(member_, app_, *StorageMount::parse("data:/data"), Watcher().follow());
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::PermissionDenied);
  const Error others = storage().remove(member_, kData.volume).error();
  EXPECT_EQ(others.code, ErrorCode::NotFound);
  EXPECT_TRUE(is_hidden(others));
  EXPECT_FALSE(is_hidden(storage().remove(member_, "minpaas-nobody").error()));
  EXPECT_TRUE(
      storage().mount(member_, app_, *StorageMount::parse("own:/data"), Watcher().follow()));
}

TEST_F(AppStorage, IsRemovedOnlyWhenNothingHasIt) {
  push("one");
  ASSERT_TRUE(mount("data:/data"));
  EXPECT_EQ(storage().remove(bed_.admin, kData.volume).error().code, ErrorCode::Conflict);
  ASSERT_TRUE(unmount("data"));
  EXPECT_EQ(storage().remove(bed_.admin, "minpaas-nobody").error().code, ErrorCode::NotFound);
  EXPECT_TRUE(storage().remove(bed_.admin, kData.volume));
  EXPECT_THAT(volumes(), IsEmpty());
  EXPECT_THAT(*storage().of_app(bed_.admin, app_), IsEmpty());
}

TEST_F(AppStorage, IsNotMountedInOrAroundAnother) {
  ASSERT_TRUE(mount("data:/data"));
  for (const char* text : {"more:/data", "more:/data/more"}) {
    EXPECT_EQ(mount(text).error().code, ErrorCode::Conflict) << text;
  }
  ASSERT_TRUE(mount("deep:/srv/a/b"));
  EXPECT_EQ(mount("wide:/srv/a").error().code, ErrorCode::Conflict);
  EXPECT_EQ(mount("data:/data")->deploy, 0) << "nothing changes";
  EXPECT_EQ(unmount("wide").error().code, ErrorCode::NotFound);
}

TEST_F(AppStorage, ThatSomebodyRemovedStartsEmptyAndThatIsSaid) {
  push("one");
  ASSERT_TRUE(mount("data:/data"));
  ASSERT_TRUE(unmount("data"));
  ASSERT_TRUE(bed_.wait_idle(app_));
  ASSERT_TRUE(bed_.engine.remove_volume(kData.volume));
  Watcher seen;
  ASSERT_TRUE(storage().mount(bed_.admin, app_, *StorageMount::parse("data:/data"), seen.follow()));
  EXPECT_THAT(seen.text(), testing::HasSubstr("The volume of the storage data is gone"));
  EXPECT_THAT(volumes(), ElementsAre(kData.volume));
}

TEST_F(AppStorage, ThatTheEngineCannotMakeFailsTheDeployAlone) {
  push("one");
  bed_.engine.fail_next(EngineCall::PutArchive, {ErrorCode::NoSpace, "the disk is full", "", ""});
  EXPECT_EQ(mount("data:/data")->stage, DeployStage::Failed);
  EXPECT_EQ(bed_.broken_promise(app_), "");
  ASSERT_TRUE(mount("data:/data")->release);
  EXPECT_THAT(mounted(), ElementsAre(kData));
}

}  // namespace
}  // namespace minpaas::hooks
