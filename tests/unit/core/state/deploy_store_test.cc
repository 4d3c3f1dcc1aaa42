#include "core/state/deploy_store.h"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

using test::add_app;
using test::app_name;
using test::at_second;
using test::StateFile;

const Oid kCommit = Oid::parse("0123456789012345678901234567890123456789").value();

class Deploys : public testing::Test {
 protected:
  std::int64_t add() { return store().add(test::deploy_of(app_)).value(); }

  DeployStore store() { return file_.deploys(); }

  StateFile file_;
  AppName app_ = add_app(file_, "blog").name;
};

TEST_F(Deploys, KeepEveryFieldOverARestart) {
  DeployRow given = test::deploy_of(app_);
  given.kind = DeployKind::ConfigChange;
  given.stage = DeployStage::Succeeded;
  given.commit = kCommit;
  given.ref = "refs/heads/main";
  given.ref_old = Oid();
  given.config_before = 4;
  given.actor = "ann";
  given.note = "on a Friday";
  given.created_at = at_second(5);
  const auto id = store().add(given).value();
  ASSERT_TRUE(file_.releases().add(test::release_of(app_)));
  ASSERT_TRUE(store().set_release(id, ReleaseNumber(1)));
  ASSERT_TRUE(store().set_image(id, "sha256:abc"));
  ASSERT_TRUE(store().set_config_before(id, 5));
  file_.reopen();
  const DeployRow row = store().get(id).value();
  EXPECT_EQ(row.stage, DeployStage::Queued) << "a deploy begins queued";
  EXPECT_EQ(row.app, app_);
  EXPECT_EQ(row.kind, DeployKind::ConfigChange);
  EXPECT_EQ(row.commit, kCommit);
  EXPECT_EQ(row.ref, "refs/heads/main");
  EXPECT_EQ(row.ref_old, Oid());
  EXPECT_EQ(row.release, ReleaseNumber(1));
  EXPECT_EQ(row.image, "sha256:abc");
  EXPECT_EQ(row.config_before, 5);
  EXPECT_EQ(row.actor, "ann");
  EXPECT_EQ(row.note, "on a Friday");
  EXPECT_EQ(row.created_at, at_second(5));
  EXPECT_FALSE(row.finished_at);
}

TEST_F(Deploys, KeepWhatIsAbsentAbsent) {
  const DeployRow row = store().get(add()).value();
  EXPECT_FALSE(row.commit || row.ref_old || row.release || row.config_before || row.finished_at);
  EXPECT_EQ(row.ref + row.image + row.reason, "");
}

TEST_F(Deploys, GoThroughTheirStages) {
  const auto id = add();
  for (const auto stage : {DeployStage::Detecting, DeployStage::Building, DeployStage::Releasing,
                           DeployStage::Starting, DeployStage::Checking, DeployStage::Switching,
                           DeployStage::Retiring}) {
    ASSERT_TRUE(store().enter(id, stage));
    EXPECT_EQ(store().get(id)->stage, stage);
  }
  ASSERT_TRUE(store().finish(id, DeployStage::Succeeded, "", at_second(9)));
  EXPECT_EQ(store().get(id)->finished_at, at_second(9));
  EXPECT_TRUE(store().unfinished()->empty());
}

TEST_F(Deploys, RefuseAMoveThatIsNotLegal) {
  const auto id = add();
  const auto skipped = store().enter(id, DeployStage::Switching);
  ASSERT_FALSE(skipped);
  EXPECT_EQ(skipped.error().code, ErrorCode::Conflict);
  EXPECT_EQ(store().get(id)->stage, DeployStage::Queued);
  ASSERT_TRUE(store().finish(id, DeployStage::Failed, "no app.py", at_second(9)));
  EXPECT_EQ(store().get(id)->reason, "no app.py");
  EXPECT_EQ(store().enter(id, DeployStage::Building).error().code, ErrorCode::Conflict);
  EXPECT_EQ(store().finish(id, DeployStage::Cancelled, "", at_second(10)).error().code,
            ErrorCode::Conflict);
  EXPECT_EQ(store().get(id)->finished_at, at_second(9));
}

TEST_F(Deploys, EndOnlyWithATimeAndAReason) {
  const auto id = add();
  EXPECT_EQ(store().enter(id, DeployStage::Failed).error().code, ErrorCode::Internal);
  EXPECT_EQ(store().finish(id, DeployStage::Building, "", at_second(9)).error().code,
            ErrorCode::Internal);
}

TEST_F(Deploys, RememberAnEndThatCouldNotBeStored) {
  DeployStore deploys = store();
  const auto id = add();
  const auto run_sql = [&](const char* sql) {
    ASSERT_TRUE(file_.database().write([&](SQLite::Database& connection) -> Result<void> {
      connection.exec(sql);
      return {};
    }));
  };
  run_sql(
      "CREATE TRIGGER full BEFORE UPDATE ON deploys BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  EXPECT_FALSE(deploys.finish(id, DeployStage::Failed, "no network", at_second(9)));
  ASSERT_TRUE(deploys.unstored_end(id));
  EXPECT_EQ(deploys.unstored_end(id)->stage, DeployStage::Failed);
  EXPECT_EQ(deploys.unstored_end(id)->reason, "no network");
  run_sql("DROP TRIGGER full");
  EXPECT_TRUE(deploys.finish(id, DeployStage::Failed, "no network", at_second(9)));
  EXPECT_FALSE(deploys.unstored_end(id));
  EXPECT_EQ(deploys.finish(id, DeployStage::Cancelled, "", at_second(9)).error().code,
            ErrorCode::Conflict);
  EXPECT_FALSE(deploys.unstored_end(id)) << "there is nothing to be stored";
}

TEST_F(Deploys, AreListedNewestFirstPerApp) {
  const AppName other = add_app(file_, "shop").name;
  const auto first = add();
  const auto second = add();
  ASSERT_TRUE(store().add(test::deploy_of(other)));
  const auto all = store().list(app_, 10).value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, second);
  EXPECT_EQ(all[1].id, first);
  EXPECT_EQ(store().list(app_, 1)->size(), 1U);
}

TEST_F(Deploys, ShowWhatACrashLeftUnfinishedOldestFirst) {
  const auto building = add();
  ASSERT_TRUE(store().enter(building, DeployStage::Building));
  const auto done = add();
  ASSERT_TRUE(store().finish(done, DeployStage::Cancelled, "cancelled by ann", at_second(3)));
  const auto queued = add();
  file_.reopen();
  const auto left = store().unfinished().value();
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].id, building);
  EXPECT_EQ(left[0].stage, DeployStage::Building);
  EXPECT_EQ(left[1].id, queued);
}

TEST_F(Deploys, LetOneOfTwoThreadsFinish) {
  for (int round = 0; round < 10; ++round) {
    const auto id = add();
    std::atomic<int> finished = 0;
    {
      std::vector<std::jthread> threads;
      for (const auto stage : {DeployStage::Failed, DeployStage::Cancelled}) {
        threads.emplace_back(
            [&, stage] { finished += store().finish(id, stage, "", at_second(3)) ? 1 : 0; });
      }
    }
    EXPECT_EQ(finished, 1);
  }
}

TEST_F(Deploys, NeverUseAnIdAgain) {
  const auto id = add();
  ASSERT_TRUE(file_.apps().destroy(app_));
  add_app(file_, "blog");
  EXPECT_GT(add(), id);
}

TEST_F(Deploys, SayWhatIsNotThere) {
  EXPECT_EQ(store().get(99).error().code, ErrorCode::NotFound);
  EXPECT_EQ(store().enter(99, DeployStage::Building).error().code, ErrorCode::NotFound);
  EXPECT_EQ(store().set_image(99, "x").error().code, ErrorCode::NotFound);
  EXPECT_EQ(store().set_release(add(), ReleaseNumber(9)).error().code, ErrorCode::Conflict);
  const AppName unknown = app_name("nope");
  EXPECT_EQ(store().add(test::deploy_of(unknown)).error().code, ErrorCode::NotFound);
  EXPECT_EQ(store().list(unknown, 1).error().code, ErrorCode::NotFound);
}

TEST(InstanceStore, KeepsOneIdForTheInstallation) {
  StateFile file;
  const std::string id = file.instance().instance_id().value();
  EXPECT_EQ(id.size(), 16U);
  file.reopen();
  EXPECT_EQ(file.instance().instance_id().value(), id);
  EXPECT_NE(StateFile().instance().instance_id().value(), id);
  ASSERT_TRUE(file.database().read([&](SQLite::Database& connection) -> Result<void> {
    EXPECT_EQ(
        connection.execAndGet("SELECT value FROM settings WHERE name = 'instance_id'").getString(),
        id);
    return {};
  }));
}

}  // namespace
}  // namespace minpaas::state
