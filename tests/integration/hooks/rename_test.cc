#include <gmock/gmock.h>

#include "hooks/renames.h"
#include "tests/support/deploy_bed.h"
#include "tests/support/known_keys.h"

namespace minpaas::hooks {
namespace {

using state::DeployStage;
using test::Crash;
using test::DeployBed;
using test::Watcher;
using testing::ElementsAre;
using testing::IsEmpty;

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

TEST_F(Rename, TakesNothingFromTheNameThatItGoesBackTo) {
  serve();
  std::filesystem::create_directories(bed_.server().parts.repository(shop_) / "left-over");
  ASSERT_TRUE(bed_.server().apps.rename(blog_, shop_, bed_.clock.now()));
  ASSERT_TRUE(bed_.server().apps.rename(shop_, blog_, bed_.clock.now()));
  ASSERT_TRUE(move_files(bed_.server().parts, {shop_, blog_}));
  EXPECT_EQ(bed_.ref(blog_), first_);
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
