#include "core/state/app_store.h"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

using test::add_app;
using test::app_name;
using test::at_second;
using test::StateFile;

bool always(int /*port*/) {
  return true;
}

TEST(PreferredPort, IsTheSameOnEveryMachine) {
  // Written down once: a change of these breaks the URLs of everyone who moves to a new machine.
  EXPECT_EQ(preferred_port(app_name("hello-python"), 10000, 19999), 12564);
  EXPECT_EQ(preferred_port(app_name("blog"), 10000, 19999), 18241);
  EXPECT_EQ(preferred_port(app_name("blog"), 10000, 10000), 10000);
}

TEST(PreferredPort, UsesTheWholeRange) {
  std::set<int> ports;
  for (int i = 0; i < 2000; ++i) {
    const int port = preferred_port(app_name("app-" + std::to_string(i)), 20000, 20099);
    EXPECT_GE(port, 20000);
    EXPECT_LE(port, 20099);
    ports.insert(port);
  }
  EXPECT_EQ(ports.size(), 100U);
}

TEST(AppStore, RemembersAnAppOverARestart) {
  StateFile file;
  const AppRow made = add_app(file, "blog");
  EXPECT_EQ(made.port, preferred_port(made.name, 10000, 19999));
  EXPECT_EQ(made.created_at, at_second(1));
  ASSERT_TRUE(file.apps().set_runtime(made.name, "node"));
  ASSERT_TRUE(file.apps().set_deploy_branch(made.name, "live"));
  ASSERT_TRUE(file.apps().set_stopped(made.name, true));
  file.reopen();
  const AppRow found = file.apps().get(made.name).value();
  EXPECT_EQ(found.id, made.id);
  EXPECT_EQ(found.port, made.port);
  EXPECT_EQ(found.runtime, "node");
  EXPECT_EQ(found.deploy_branch, "live");
  EXPECT_TRUE(found.stopped);
}

TEST(AppStore, RefusesANameThatIsTaken) {
  StateFile file;
  add_app(file, "blog");
  const auto again = file.apps().create(app_name("blog"), 10000, 19999, always, at_second(2));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::AlreadyExists);
  EXPECT_EQ(again.error().message, "there is an app 'blog' already");
}

TEST(AppStore, RenamesAnAppWithAllThatItHas) {
  StateFile file;
  const AppRow blog = add_app(file, "blog");
  const AppName shop = app_name("shop");
  ASSERT_TRUE(file.apps().rename(blog.name, shop, at_second(5)));
  const AppRow row = file.apps().get(shop).value();
  EXPECT_EQ(row.id, blog.id);
  EXPECT_EQ(row.port, blog.port);
  EXPECT_EQ(row.label, "blog");
  EXPECT_EQ(row.created_at, blog.created_at);
  EXPECT_EQ(row.named_at, at_second(5));
  EXPECT_EQ(blog.named_at, blog.created_at);
  EXPECT_EQ(file.apps().get(blog.name).error().code, ErrorCode::NotFound);
  const auto unfinished = file.apps().unfinished_renames();
  ASSERT_EQ(unfinished->size(), 1U);
  EXPECT_EQ(unfinished->front().old_name, blog.name);
  EXPECT_EQ(unfinished->front().name, shop);
  EXPECT_EQ(file.apps().require_settled(blog.name).error().code, ErrorCode::Busy);
  EXPECT_EQ(file.apps().require_settled(shop).error().code, ErrorCode::Busy);
  EXPECT_TRUE(file.apps().require_settled(app_name("wiki")));
  ASSERT_TRUE(file.apps().finish_rename(shop));
  EXPECT_TRUE(file.apps().require_settled(shop));
  EXPECT_TRUE(file.apps().unfinished_renames()->empty());
}

TEST(AppStore, GivesNoTwoAppsTheSameLabel) {
  StateFile file;
  const AppRow first = add_app(file, "blog");
  ASSERT_TRUE(file.apps().rename(first.name, app_name("shop"), at_second(5)));
  ASSERT_TRUE(file.apps().finish_rename(app_name("shop")));
  const AppRow second = add_app(file, "blog");
  EXPECT_EQ(second.label, "blog." + std::to_string(second.port));
  ASSERT_TRUE(file.apps().destroy(app_name("shop")));
  ASSERT_TRUE(file.apps().destroy(second.name));
  EXPECT_EQ(add_app(file, "blog").label, "blog");
}

TEST(AppStore, RefusesToRenameToATakenName) {
  StateFile file;
  add_app(file, "blog");
  add_app(file, "shop");
  EXPECT_EQ(file.apps().rename(app_name("blog"), app_name("shop"), at_second(5)).error().message,
            "there is an app 'shop' already");
  EXPECT_EQ(file.apps().rename(app_name("none"), app_name("wiki"), at_second(5)).error().code,
            ErrorCode::NotFound);
  EXPECT_TRUE(file.apps().unfinished_renames()->empty());
}

TEST(AppStore, GivesTheNextPortWhenOneIsTaken) {
  StateFile file;
  std::set<int> ports;
  for (const char* name : {"a", "b", "c", "d"}) {
    ports.insert(file.apps().create(app_name(name), 10000, 10003, always, at_second(1))->port);
  }
  EXPECT_EQ(ports, (std::set<int>{10000, 10001, 10002, 10003}));
  const auto fifth = file.apps().create(app_name("e"), 10000, 10003, always, at_second(1));
  ASSERT_FALSE(fifth);
  EXPECT_EQ(fifth.error().code, ErrorCode::Unavailable);
  EXPECT_NE(fifth.error().message.find("10000 to 10003"), std::string::npos);
}

TEST(AppStore, PassesOverAPortThatAnotherProgramHolds) {
  StateFile file;
  const AppName name = app_name("blog");
  const int preferred = preferred_port(name, 10000, 19999);
  const auto made = file.apps().create(
      name, 10000, 19999, [&](int port) { return port != preferred; }, at_second(1));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->port, preferred == 19999 ? 10000 : preferred + 1);
}

TEST(AppStore, KeepsAPortOutsideANewRange) {
  StateFile file;
  const int port = add_app(file, "blog").port;
  ASSERT_TRUE(file.apps().create(app_name("shop"), 30000, 30010, always, at_second(1)));
  EXPECT_EQ(file.apps().get(app_name("blog"))->port, port);
}

TEST(AppStore, HasNoPortInAnEmptyRange) {
  StateFile file;
  const auto made = file.apps().create(app_name("blog"), 10001, 10000, always, at_second(1));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::Unavailable);
}

TEST(AppStore, GivesEachOfTwoThreadsItsOwnPort) {
  StateFile file;
  constexpr int kEach = 15;
  {
    std::vector<std::jthread> threads;
    for (const char* prefix : {"a", "b"}) {
      threads.emplace_back([&file, prefix] {
        for (int i = 0; i < kEach; ++i) {
          const AppName name = app_name(prefix + std::to_string(i));
          EXPECT_TRUE(file.apps().create(name, 10000, 10000 + 2 * kEach - 1, always, at_second(1)));
        }
      });
    }
  }
  std::set<int> ports;
  const auto apps = file.apps().list().value();
  for (const AppRow& app : apps) {
    ports.insert(app.port);
  }
  EXPECT_EQ(ports.size(), static_cast<std::size_t>(2 * kEach));
}

TEST(AppStore, ListsByName) {
  StateFile file;
  add_app(file, "shop");
  add_app(file, "blog");
  const auto apps = file.apps().list().value();
  ASSERT_EQ(apps.size(), 2U);
  EXPECT_EQ(apps[0].name.str(), "blog");
  EXPECT_EQ(apps[1].name.str(), "shop");
}

TEST(AppStore, SaysHowToCreateAnAppThatIsNotThere) {
  StateFile file;
  const AppName name = app_name("blog");
  for (const auto& error :
       {file.apps().get(name).error(), file.apps().set_runtime(name, "node").error(),
        file.apps().set_stopped(name, true).error(), file.apps().destroy(name).error()}) {
    EXPECT_EQ(error.code, ErrorCode::NotFound);
    EXPECT_EQ(error.message, "there is no app blog");
    EXPECT_EQ(error.hint, "list them: apps");
  }
}

TEST(AppStore, DestroyRemovesEveryRowOfTheAppAndNoOther) {
  StateFile file;
  const auto key = SecretKey::load_or_create(file.folder() / "secret.key", false).value();
  ConfigStore config(file.database(), key);
  for (const char* text : {"blog", "shop"}) {
    const AppName name = add_app(file, text).name;
    ASSERT_TRUE(
        config.change(name, {{ConfigKey::parse("A").value(), Secret("1")}}, {}, at_second(1)));
    Release with_process = test::release_of(name);
    with_process.processes.emplace(ProcessType::web(), "run");
    const auto release = file.releases().add(with_process);
    ASSERT_TRUE(release);
    const auto deploy = file.deploys().add(test::deploy_of(name));
    ASSERT_TRUE(deploy);
    ASSERT_TRUE(file.deploys().set_release(*deploy, release->number));
    ASSERT_TRUE(file.containers().add({text, name, release->number, ProcessType::web(), 1}));
  }
  ASSERT_TRUE(file.apps().destroy(app_name("blog")));
  ASSERT_TRUE(file.database().read([](SQLite::Database& connection) -> Result<void> {
    for (const char* table : {"apps", "config_versions", "config_vars", "releases",
                              "release_processes", "deploys", "containers"}) {
      EXPECT_EQ(connection.execAndGet(std::string("SELECT count(*) FROM ") + table).getInt(), 1)
          << table;
    }
    return {};
  }));
}

TEST(AppStore, NeverUsesAnIdAgain) {
  StateFile file;
  const auto first = add_app(file, "blog").id;
  ASSERT_TRUE(file.apps().destroy(app_name("blog")));
  EXPECT_GT(add_app(file, "blog").id, first);
}

TEST(AppStore, LocksAnAppForOneAtATime) {
  StateFile file;
  const AppName blog = add_app(file, "blog").name;
  EXPECT_FALSE(file.apps().get(blog)->locked_by);
  ASSERT_TRUE(file.apps().lock(blog, "ann", at_second(7)));
  const auto again = file.apps().lock(blog, "bob", at_second(8));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::Conflict);
  EXPECT_EQ(again.error().message, "blog is locked already, by ann");
  file.reopen();
  EXPECT_EQ(file.apps().get(blog)->locked_by, "ann");
  EXPECT_EQ(file.apps().get(blog)->locked_at, at_second(7));
  EXPECT_EQ(file.apps().unlock(blog).value(), true);
  EXPECT_EQ(file.apps().unlock(blog).value(), false);
  EXPECT_FALSE(file.apps().get(blog)->locked_by);
  EXPECT_FALSE(file.apps().lock(app_name("nope"), "ann", at_second(7)));
}

}  // namespace
}  // namespace minpaas::state
