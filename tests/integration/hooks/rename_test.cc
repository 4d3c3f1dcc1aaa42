#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "hooks/platform/renames.h"
#include "tests/support/deploy_bed.h"
#include "tests/support/known_keys.h"

namespace minpaas::hooks {
namespace {

using state::DeployStage;
using test::Crash;
using test::DeployBed;
using test::Watcher;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Rename : public testing::Test {
 protected:
  Rename() { bed_.start_queue(); }

  void serve() {
    first_ = bed_.commit(blog_, "one");
    ASSERT_EQ(bed_.push(blog_, first_)->stage, DeployStage::Succeeded);
    ASSERT_TRUE(bed_.wait_idle(blog_));
  }

  Result<AppReport> rename() { return bed_.platform().rename_app(bed_.admin, blog_, shop_); }

  DeployBed bed_;
  AppName blog_ = bed_.make_app("blog");
  AppName shop_ = *AppName::parse("shop");
  Oid first_;
};

TEST_F(Rename, LeavesWhatRunsAsItIs) {
  serve();
  const auto before = bed_.engine.containers();
  const auto renamed = rename();
  ASSERT_TRUE(renamed) << renamed.error().for_log();
  EXPECT_EQ(renamed->summary.name, shop_);
  EXPECT_EQ(renamed->summary.status, AppStatus::Running);
  EXPECT_EQ(renamed->summary.release->str(), "v1");
  EXPECT_EQ(bed_.engine.containers().size(), before.size());
  EXPECT_EQ(bed_.engine.containers().front().id, before.front().id);
  EXPECT_EQ(bed_.ref(shop_), first_);
  EXPECT_FALSE(std::filesystem::exists(bed_.server().parts.repository(blog_)));
  EXPECT_THAT(bed_.router.renamed(), ElementsAre(std::pair(blog_, shop_)));
  EXPECT_EQ(bed_.platform().app(bed_.admin, blog_).error().code, ErrorCode::NotFound);
  bed_.reconcile();
  EXPECT_EQ(bed_.engine.containers().front().id, before.front().id);
}

TEST_F(Rename, LetsTheAppBeDeployedAndRolledBack) {
  serve();
  ASSERT_TRUE(rename());
  ASSERT_EQ(bed_.push(shop_, bed_.commit(shop_, "two", first_))->stage, DeployStage::Succeeded);
  ASSERT_TRUE(bed_.wait_idle(shop_));
  const auto back =
      bed_.platform().rollback(bed_.admin, shop_, *ReleaseNumber::parse("v1"), Watcher().follow());
  ASSERT_TRUE(back) << back.error().for_log();
  EXPECT_EQ(back->stage, DeployStage::Succeeded);
  ASSERT_TRUE(bed_.wait_idle(shop_));
  bed_.reconcile();
  EXPECT_THAT(bed_.serving(shop_), ElementsAre("v3"));
  EXPECT_EQ(bed_.engine.containers().size(), 1U);
  for (const auto& image : bed_.engine.images()) {
    for (const std::string& tag : image.tags) {
      EXPECT_THAT(tag, Not(HasSubstr("shop")));
    }
  }
}

TEST_F(Rename, KeepsANewAppOfTheOldNameApart) {
  serve();
  ASSERT_TRUE(rename());
  bed_.make_app("blog");
  ASSERT_EQ(bed_.push(blog_, bed_.commit(blog_, "other"))->stage, DeployStage::Succeeded);
  ASSERT_TRUE(bed_.wait_idle(blog_));
  bed_.reconcile();
  EXPECT_EQ(bed_.engine.containers().size(), 2U);
  ASSERT_TRUE(bed_.platform().destroy_app(bed_.admin, blog_, true));
  bed_.reconcile();
  EXPECT_THAT(bed_.serving(shop_), ElementsAre("v1"));
  EXPECT_EQ(bed_.engine.containers().size(), 1U);
  EXPECT_EQ(bed_.ref(shop_), first_);
  ASSERT_TRUE(bed_.platform().destroy_app(bed_.admin, shop_, true));
  EXPECT_THAT(bed_.engine.containers(), IsEmpty());
  for (const auto& image : bed_.engine.images()) {
    EXPECT_FALSE(image.labels.contains("minpaas.app"));
  }
}

TEST_F(Rename, IsFinishedAfterACrash) {
  serve();
  bed_.at_point = [](std::string_view point) {
    if (point == "renamed") {
      throw Crash();
    }
  };
  EXPECT_THROW((void)rename(), Crash);
  bed_.at_point = {};
  bed_.restart();
  ASSERT_TRUE(finish_renames(bed_.server().parts));
  ASSERT_TRUE(recover(bed_.server().parts));
  bed_.start_queue();
  EXPECT_EQ(bed_.ref(shop_), first_);
  EXPECT_FALSE(std::filesystem::exists(bed_.server().parts.repository(blog_)));
  EXPECT_TRUE(bed_.server().apps.unfinished_renames()->empty());
  bed_.reconcile();
  EXPECT_THAT(bed_.serving(shop_), ElementsAre("v1"));
  ASSERT_EQ(bed_.push(shop_, bed_.commit(shop_, "two", first_))->stage, DeployStage::Succeeded);
}

TEST_F(Rename, TakesNothingFromAnAppThatHasTheOldNameByNow) {
  serve();
  ASSERT_TRUE(rename());
  bed_.make_app("blog");
  const auto moved = move_files(bed_.server().parts, {blog_, shop_});
  ASSERT_TRUE(moved);
  EXPECT_EQ(bed_.ref(shop_), first_);
  EXPECT_TRUE(std::filesystem::exists(bed_.server().parts.repository(blog_)));
}

TEST_F(Rename, IsTakenBackWhenTheFilesCannotFollow) {
  serve();
  bed_.at_point = [&](std::string_view) {
    const auto output = bed_.server().parts.build_logs() / "blog";
    std::filesystem::rename(output, bed_.folder.path() / "away");
    // Cannot be looked at, by whomever.
    std::filesystem::create_symlink(output, output);
  };
  const auto refused = rename();
  bed_.at_point = {};
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  EXPECT_TRUE(bed_.server().apps.get(blog_));
  EXPECT_FALSE(bed_.server().apps.get(shop_));
  EXPECT_EQ(bed_.ref(blog_), first_);
}

TEST_F(Rename, GivesTheOldNameToNobodyBeforeTheFilesHaveMoved) {
  serve();
  ASSERT_TRUE(bed_.server().apps.rename(blog_, shop_, bed_.clock.now()));
  const auto grabbed = bed_.platform().create_app(bed_.admin, blog_);
  EXPECT_EQ(grabbed.error().code, ErrorCode::Busy);
  EXPECT_EQ(
      bed_.server().apps.rename(shop_, *AppName::parse("third"), bed_.clock.now()).error().code,
      ErrorCode::Busy);
  ASSERT_TRUE(finish_renames(bed_.server().parts));
  EXPECT_EQ(bed_.ref(shop_), first_);
  EXPECT_TRUE(bed_.platform().create_app(bed_.admin, blog_));
}

TEST_F(Rename, OverwritesNothing) {
  serve();
  const auto in_the_way = bed_.server().parts.repository(shop_) / "left-over";
  std::filesystem::create_directories(in_the_way);
  ASSERT_TRUE(bed_.server().apps.rename(blog_, shop_, bed_.clock.now()));
  EXPECT_EQ(move_files(bed_.server().parts, {blog_, shop_}).error().code, ErrorCode::Unavailable);
  EXPECT_EQ(bed_.ref(blog_), first_);
  EXPECT_TRUE(std::filesystem::exists(in_the_way));
  EXPECT_EQ(bed_.server().apps.unfinished_renames()->size(), 1U);
  std::filesystem::remove_all(in_the_way.parent_path());
  ASSERT_TRUE(finish_renames(bed_.server().parts));
  EXPECT_EQ(bed_.ref(shop_), first_);
}

TEST_F(Rename, LetsNobodyPushBeforeTheFilesHaveMoved) {
  serve();
  ASSERT_TRUE(bed_.server().apps.rename(blog_, shop_, bed_.clock.now()));
  for (const AppName& name : {blog_, shop_}) {
    EXPECT_EQ(bed_.platform().open_for_push(bed_.admin, name).error().code, ErrorCode::Busy);
  }
  EXPECT_EQ(bed_.platform().open_for_fetch(bed_.admin, shop_).error().code, ErrorCode::Busy);
  // Nor is it renamed back, which begins with the removal of what has that name.
  EXPECT_EQ(bed_.platform().rename_app(bed_.admin, shop_, blog_).error().code, ErrorCode::Busy);
  ASSERT_TRUE(finish_renames(bed_.server().parts));
  EXPECT_EQ(bed_.ref(shop_), first_);
  EXPECT_TRUE(bed_.platform().open_for_push(bed_.admin, shop_));
}

TEST_F(Rename, LeavesNoFilesOfAnAppThatIsDestroyedBeforeTheyHaveMoved) {
  serve();
  ASSERT_TRUE(bed_.server().apps.rename(blog_, shop_, bed_.clock.now()));
  ASSERT_TRUE(bed_.platform().destroy_app(bed_.admin, shop_, true));
  EXPECT_FALSE(std::filesystem::exists(bed_.server().parts.repository(blog_)));
  EXPECT_FALSE(std::filesystem::exists(bed_.server().parts.build_logs() / "blog"));
}

TEST_F(Rename, IsToldToAllWhenItCannotBeTakenBack) {
  serve();
  const AppName wiki = bed_.make_app("wiki");
  bed_.at_point = [&](std::string_view) {
    const auto output = bed_.server().parts.build_logs() / "blog";
    std::filesystem::rename(output, bed_.folder.path() / "away");
    // Cannot be looked at, by whomever.
    std::filesystem::create_symlink(output, output);
    // The store gives the old name to nobody while another app's rename from it is unfinished.
    auto& apps = bed_.server().apps;
    EXPECT_TRUE(apps.finish_rename(shop_));
    EXPECT_TRUE(apps.rename(wiki, blog_, bed_.clock.now()));
    EXPECT_TRUE(apps.finish_rename(blog_));
    EXPECT_TRUE(apps.rename(blog_, wiki, bed_.clock.now()));
  };
  const auto renamed = rename();
  bed_.at_point = {};
  ASSERT_TRUE(renamed) << renamed.error().for_log();
  EXPECT_TRUE(bed_.server().apps.get(shop_));
  EXPECT_THAT(bed_.router.renamed(), ElementsAre(std::pair(blog_, shop_)));
}

TEST_F(Rename, TakesNothingFromAnAppThatGetsTheNameMeanwhile) {
  serve();
  ASSERT_TRUE(bed_.server().queue.hold(blog_));
  auto renaming = std::async(std::launch::async, [&] { return rename(); });
  // For it to begin its wait; the other way round it is refused at once.
  std::this_thread::sleep_for(milliseconds(100));
  bed_.make_app("shop");
  const Oid other = bed_.commit(shop_, "other");
  bed_.server().queue.release(blog_);
  EXPECT_EQ(renaming.get().error().code, ErrorCode::AlreadyExists);
  EXPECT_EQ(bed_.push(shop_, other)->stage, DeployStage::Succeeded);
  EXPECT_EQ(bed_.ref(blog_), first_);
}

TEST_F(Rename, LetsNothingBeDeployedByTheNewNameBeforeAllHaveIt) {
  serve();
  std::optional<Result<DeployOutcome>> tried;
  bool is_held = true;
  bed_.at_point = [&](std::string_view point) {
    if (point == "renamed") {
      tried = bed_.platform().restart(bed_.admin, shop_, std::nullopt, Watcher().follow());
      is_held = bed_.server().queue.hold(shop_);
    }
  };
  ASSERT_TRUE(rename());
  bed_.at_point = {};
  ASSERT_TRUE(tried && !*tried);
  EXPECT_EQ(tried->error().message, "shop is being destroyed or renamed");
  EXPECT_FALSE(is_held) << "no repair either";
  EXPECT_TRUE(bed_.platform().restart(bed_.admin, shop_, std::nullopt, Watcher().follow()));
}

TEST_F(Rename, ShowsNoEventsOfTheAppThatHadTheNameBefore) {
  auto& server = bed_.server();
  ASSERT_TRUE(server.people.add_key(
      bed_.admin, {.name = "bob", .role = Role::Member, .public_key = test::kEd25519.line}));
  const Actor bob = *server.keys.find_actor(
      test::kEd25519.fingerprint, state::PublicKey::parse(test::kEd25519.line)->blob_base64,
      "192.0.2.1:4022");
  ASSERT_TRUE(server.people.grant(bed_.admin, blog_, "bob", AppRight::Read));
  // Of an app `shop` that is gone.
  server.events.record(bed_.admin, {"shop", "config:set", "SECRET", "ok"});
  const auto actions = [&](const AppName& app) {
    std::vector<std::string> seen;
    EXPECT_TRUE(server.events.read(bob, {.app = app},
                                   [&](const state::EventRow& row) {
                                     seen.push_back(row.action);
                                     return true;
                                   },
                                   {}));
    return seen;
  };
  ASSERT_TRUE(rename());
  server.events.record(bed_.admin, {"shop", "ps:scale", "", "ok"});
  EXPECT_THAT(actions(shop_), ElementsAre("ps:scale"));
}

TEST_F(Rename, IsRefusedWhenItCannotBe) {
  serve();
  bed_.make_app("wiki");
  const auto taken = bed_.platform().rename_app(bed_.admin, blog_, *AppName::parse("wiki"));
  EXPECT_EQ(taken.error().message, "there is an app 'wiki' already");
  EXPECT_EQ(bed_.platform().rename_app(bed_.admin, blog_, blog_).error().code,
            ErrorCode::AlreadyExists);
  {
    const auto fetch = bed_.platform().open_for_fetch(bed_.admin, blog_);
    EXPECT_EQ(rename().error().message, "a push or a fetch of blog is under way");
  }
  ASSERT_TRUE(bed_.platform().lock(bed_.admin, blog_));
  EXPECT_EQ(rename().error().code, ErrorCode::Conflict);
  ASSERT_TRUE(bed_.platform().unlock(bed_.admin, blog_));
  EXPECT_TRUE(rename());
}

TEST_F(Rename, IsRefusedWhileADeployRuns) {
  serve();
  std::optional<Result<AppReport>> tried;
  bed_.check = [&](const auto&, auto) -> Result<void> {
    tried = rename();
    return {};
  };
  ASSERT_EQ(bed_.push(blog_, bed_.commit(blog_, "two", first_))->stage, DeployStage::Succeeded);
  ASSERT_TRUE(tried && !*tried);
  EXPECT_EQ(tried->error().message, "a deploy of blog is under way");
  EXPECT_TRUE(bed_.server().apps.get(blog_));
}

}  // namespace
}  // namespace minpaas::hooks
