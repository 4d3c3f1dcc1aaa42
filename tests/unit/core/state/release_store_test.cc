#include "core/state/release_store.h"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

using test::add_app;
using test::app_name;
using test::at_second;
using test::StateFile;

constexpr std::string_view kCommit = "0123456789012345678901234567890123456789";

constexpr std::string_view kAppJson = R"({
  "healthchecks": {"web": [{"path": "/up", "attempts": 3}]},
  "scripts": {"dokku": {"predeploy": "bin/migrate"}},
  "formation": {"worker": {"quantity": 2}},
  "cron": [{"schedule": "@daily", "command": "bin/report"}]})";

class Releases : public testing::Test {
 protected:
  Release add(const std::string& image) {
    Release release = test::release_of(app_);
    release.image = {image};
    return store().add(release).value();
  }

  Release add_live(const std::string& image) {
    const Release release = add(image);
    EXPECT_TRUE(store().make_live(app_, release.number));
    return release;
  }

  ReleaseState state_of(ReleaseNumber number) { return store().get(app_, number)->state; }

  ReleaseStore store() { return file_.releases(); }

  StateFile file_;
  AppName app_ = add_app(file_, "blog").name;
};

TEST_F(Releases, KeepEveryField) {
  const ProcessType worker = ProcessType::parse("worker").value();
  const ProcessType cron = ProcessType::parse("cron").value();
  const Release release{
      .app = app_,
      .number = ReleaseNumber(7),
      .state = ReleaseState::Failed,
      .image = {"sha256:abc"},
      .commit = Oid::parse(kCommit).value(),
      .config_version = 3,
      .runtime = "python",
      .internal_port = 8000,
      .processes = {{ProcessType::web(), "python app.py"}, {worker, "work 'a b'"}},
      .formation = {{ProcessType::web(), 2}, {cron, 0}},
      .description = "Deploy 0123456",
      .actor = "ann",
      .created_at = at_second(1234),
      .manifest = parse_app_json(kAppJson)->manifest};
  const Release made = store().add(release).value();
  EXPECT_EQ(made.number, ReleaseNumber(1)) << "the store counts, not the caller";
  EXPECT_EQ(made.state, ReleaseState::Pending);
  file_.reopen();
  const Release found = store().get(app_, ReleaseNumber(1)).value();
  EXPECT_EQ(found.image, release.image);
  EXPECT_EQ(found.commit, release.commit);
  EXPECT_EQ(found.config_version, 3);
  EXPECT_EQ(found.runtime, "python");
  EXPECT_EQ(found.internal_port, 8000);
  EXPECT_EQ(found.processes, release.processes);
  EXPECT_EQ(found.formation, release.formation);
  EXPECT_EQ(found.description, release.description);
  EXPECT_EQ(found.actor, "ann");
  EXPECT_EQ(found.created_at, release.created_at);
  EXPECT_EQ(found.manifest, release.manifest);
  EXPECT_EQ(found.manifest.cron.size(), 1U);
}

TEST_F(Releases, AreNumberedPerApp) {
  const AppName other = add_app(file_, "shop").name;
  EXPECT_EQ(add("a").number.value(), 1);
  EXPECT_EQ(add("b").number.value(), 2);
  EXPECT_EQ(store().add(test::release_of(other))->number.value(), 1);
}

TEST_F(Releases, HaveOneLiveAtMost) {
  EXPECT_FALSE(store().live(app_).value());
  const Release first = add_live("a");
  EXPECT_EQ(store().live(app_).value()->number, first.number);
  const Release second = add_live("b");
  EXPECT_EQ(store().live(app_).value()->number, second.number);
  EXPECT_EQ(state_of(first.number), ReleaseState::Superseded);
}

TEST_F(Releases, AreToldOfAllAppsThatHaveALiveOne) {
  EXPECT_TRUE(store().all_live()->empty());
  add_app(file_, "empty");
  add("sha256:a");
  EXPECT_TRUE(store().all_live()->empty());
  add_live("sha256:b");
  const AppRow shop = add_app(file_, "shop");
  Release scaled = test::release_of(shop.name);
  scaled.runtime = "node";
  scaled.formation = {{ProcessType::web(), 2}, {ProcessType::parse("worker").value(), 0}};
  scaled.processes.emplace(ProcessType::parse("clock").value(), "tick");
  const ReleaseNumber left = store().add(scaled)->number;
  const ReleaseNumber number = store().add(scaled)->number;
  ASSERT_TRUE(store().make_live(scaled.app, number));
  ContainerStore containers = file_.containers();
  ASSERT_TRUE(containers.add({"made", shop.name, number, ProcessType::web(), 1}));
  ASSERT_TRUE(containers.add({"left", shop.name, left, ProcessType::web(), 1}));
  const auto all = store().all_live();
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  const LiveSummary& blog = all->at(file_.apps().get(app_)->id);
  EXPECT_EQ(blog.number, ReleaseNumber(2));
  EXPECT_FALSE(blog.wants_containers);
  EXPECT_TRUE(blog.serving.empty());
  const LiveSummary& scaled_up = all->at(shop.id);
  EXPECT_EQ(scaled_up.runtime, "node");
  EXPECT_TRUE(scaled_up.wants_containers);
  EXPECT_THAT(scaled_up.serving, testing::ElementsAre("made"));
}

TEST_F(Releases, ServeByWebOrWithoutWebByAnyProcess) {
  const ProcessType worker = ProcessType::parse("worker").value();
  ContainerStore containers = file_.containers();
  const auto add_scaled = [&](const std::string& name, const Formation& formation) {
    const AppRow app = add_app(file_, name);
    Release release = test::release_of(app.name);
    release.formation = formation;
    const ReleaseNumber number = store().add(release)->number;
    EXPECT_TRUE(store().make_live(app.name, number));
    EXPECT_TRUE(containers.add({name + "-web", app.name, number, ProcessType::web(), 1}));
    EXPECT_TRUE(containers.add({name + "-worker", app.name, number, worker, 1}));
    return store().all_live()->at(app.id);
  };
  const LiveSummary both = add_scaled("both", {{ProcessType::web(), 1}, {worker, 1}});
  EXPECT_TRUE(both.wants_containers);
  EXPECT_THAT(both.serving, testing::ElementsAre("both-web"));
  const LiveSummary queue = add_scaled("queue", {{ProcessType::web(), 0}, {worker, 1}});
  EXPECT_TRUE(queue.wants_containers);
  EXPECT_THAT(queue.serving, testing::UnorderedElementsAre("queue-web", "queue-worker"));
  EXPECT_FALSE(add_scaled("off", {{ProcessType::web(), 0}, {worker, 0}}).wants_containers);
}

TEST_F(Releases, KeepTheOldLiveOneWhenTheNewOneMayNot) {
  const Release live = add_live("a");
  const Release failed = add("b");
  ASSERT_TRUE(store().mark_failed(app_, failed.number));
  const auto done = store().make_live(app_, failed.number);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Conflict);
  EXPECT_EQ(done.error().message, "release v2 of 'blog' is failed and cannot become live");
  EXPECT_EQ(state_of(live.number), ReleaseState::Live);
}

TEST_F(Releases, MoveOnlyAsTheTableOfMovesSays) {
  using enum ReleaseState;
  for (const auto from : {Pending, Live, Superseded, Failed}) {
    for (const auto to : {Live, Failed}) {
      const Release release = add_live("before");  // leaves Pending, then is moved on
      const Release subject = from == Live || from == Superseded ? release : add("subject");
      if (from == Superseded) {
        add_live("after");
      } else if (from == Failed) {
        ASSERT_TRUE(store().mark_failed(app_, subject.number));
      }
      ASSERT_EQ(state_of(subject.number), from);
      const auto done = to == Live ? store().make_live(app_, subject.number)
                                   : store().mark_failed(app_, subject.number);
      EXPECT_EQ(done.has_value(), may_move(from, to)) << to_string(from) << to_string(to);
      EXPECT_EQ(state_of(subject.number), done ? to : from);
    }
  }
}

TEST_F(Releases, TakeOverContainersAndStartTheApp) {
  const Release first = add_live("a");
  for (const char* id : {"kept", "old"}) {
    ASSERT_TRUE(file_.containers().add({.id = id, .app = app_, .release = first.number}));
  }
  ASSERT_TRUE(file_.apps().set_stopped(app_, true));
  const Release second = add("a");
  ASSERT_TRUE(store().make_live(app_, second.number, {{"kept"}, true}));
  EXPECT_EQ(file_.containers().of_release(app_, second.number)->front().id, "kept");
  EXPECT_EQ(file_.containers().of_release(app_, first.number)->front().id, "old");
  EXPECT_TRUE(file_.apps().get(app_)->stopped) << "it stays so when that is wanted";
  add_live("b");
  EXPECT_FALSE(file_.apps().get(app_)->stopped);
}

TEST_F(Releases, ThatAreRenewedForgetTheirOldContainersAndTellTheJournal) {
  const Release live = add_live("a");
  for (const char* id : {"new", "old"}) {
    ASSERT_TRUE(file_.containers().add({.id = id, .app = app_, .release = live.number}));
  }
  ASSERT_TRUE(file_.apps().set_stopped(app_, true));
  const auto deploy = file_.deploys().add(test::deploy_of(app_)).value();
  ASSERT_TRUE(store().renew(app_, deploy, {"old"}));
  const auto rows = file_.containers().of_app(app_).value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.front().id, "new");
  EXPECT_EQ(file_.deploys().get(deploy)->release, live.number);
  EXPECT_FALSE(file_.apps().get(app_)->stopped);
}

TEST_F(Releases, NeverChangeButForTheirState) {
  add_live("a");
  for (const char* change :
       {"UPDATE releases SET image = 'x'", "UPDATE releases SET config_version = 9",
        "UPDATE releases SET actor = 'x'", "UPDATE releases SET number = 5"}) {
    const auto done = file_.database().write([&](SQLite::Database& connection) -> Result<void> {
      connection.exec(change);
      return {};
    });
    EXPECT_FALSE(done) << change;
  }
}

TEST_F(Releases, AreListedNewestFirst) {
  for (const char* image : {"a", "b", "c"}) {
    add(image);
  }
  const auto newest = store().list(app_, 2).value();
  ASSERT_EQ(newest.size(), 2U);
  EXPECT_EQ(newest[0].number.value(), 3);
  EXPECT_EQ(newest[1].number.value(), 2);
}

TEST_F(Releases, NameTheLastOneThatServedBeforeTheLiveOne) {
  EXPECT_FALSE(store().before_live(app_).value());
  const Release first = add_live("a");
  EXPECT_FALSE(store().before_live(app_).value());
  ASSERT_TRUE(store().mark_failed(app_, add("broken").number));
  add_live("b");
  add("pending");
  EXPECT_EQ(store().before_live(app_).value()->number, first.number);
}

TEST_F(Releases, NameTheImagesThatServedOnceEach) {
  add_live("a");
  add_live("b");
  add_live("a");
  ASSERT_TRUE(store().mark_failed(app_, add("broken").number));
  add("pending");
  const auto images = store().images(app_).value();
  EXPECT_EQ(images, (std::vector<ImageId>{{"a"}, {"b"}}));
}

TEST_F(Releases, SayWhatIsNotThere) {
  const auto none = store().get(app_, ReleaseNumber(9));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::NotFound);
  EXPECT_EQ(none.error().message, "there is no release v9 of 'blog'");
  const AppName unknown = app_name("nope");
  EXPECT_EQ(store().live(unknown).error().code, ErrorCode::NotFound);
  EXPECT_EQ(store().list(unknown, 5).error().code, ErrorCode::NotFound);
  EXPECT_EQ(store().images(unknown).error().code, ErrorCode::NotFound);
  EXPECT_EQ(store().add(test::release_of(unknown)).error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace minpaas::state
