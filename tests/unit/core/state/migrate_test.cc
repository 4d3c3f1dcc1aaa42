#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <regex>
#include <set>

#include "core/state/database.h"
#include "core/state/deploy_store.h"
#include "core/state/migrations.h"
#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

constexpr Migration kFirst{
    1, "0001_a.sql", "PRAGMA application_id = 0x4d506161; CREATE TABLE a (x INTEGER) STRICT;"};
constexpr Migration kSecond{2, "0002_b.sql",
                            "ALTER TABLE a ADD COLUMN y INTEGER NOT NULL DEFAULT 7;"};
constexpr Migration kBroken{2, "0002_b.sql",
                            "CREATE TABLE b (x INTEGER) STRICT; CREATE TABLE a (x);"};

class Migrate : public testing::Test {
 protected:
  int number(const std::string& query) { return connection_.execAndGet(query).getInt(); }

  test::TempDir folder_;
  SQLite::Database connection_{(folder_.path() / "x.db").string(),
                               SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
};

TEST_F(Migrate, AppliesAllStepsToAnEmptyFile) {
  ASSERT_TRUE(migrate(connection_, std::array{kFirst, kSecond}));
  EXPECT_EQ(number("PRAGMA user_version"), 2);
  connection_.exec("INSERT INTO a (x) VALUES (1)");
  EXPECT_EQ(number("SELECT y FROM a"), 7);
}

TEST_F(Migrate, AppliesOnlyMissingStepsAndKeepsRows) {
  ASSERT_TRUE(migrate(connection_, std::array{kFirst}));
  connection_.exec("INSERT INTO a (x) VALUES (42)");
  ASSERT_TRUE(migrate(connection_, std::array{kFirst, kSecond}));
  EXPECT_EQ(number("SELECT x FROM a"), 42);
  EXPECT_EQ(number("SELECT y FROM a"), 7);
  ASSERT_TRUE(migrate(connection_, std::array{kFirst, kSecond}));
  EXPECT_EQ(number("SELECT count(*) FROM a"), 1);
}

TEST_F(Migrate, LeavesTheFileAsItWasWhenAStepFails) {
  ASSERT_TRUE(migrate(connection_, std::array{kFirst}));
  EXPECT_THROW(static_cast<void>(migrate(connection_, std::array{kFirst, kBroken})),
               SQLite::Exception);
  EXPECT_EQ(number("PRAGMA user_version"), 1);
  EXPECT_FALSE(connection_.tableExists("b"));
  ASSERT_TRUE(migrate(connection_, std::array{kFirst, kSecond}));
}

TEST_F(Migrate, RefusesAFileOfANewerVersion) {
  ASSERT_TRUE(migrate(connection_, std::array{kFirst, kSecond}));
  const auto done = migrate(connection_, std::array{kFirst});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Conflict);
  EXPECT_NE(done.error().message.find("newer version"), std::string::npos);
  EXPECT_FALSE(done.error().hint.empty());
}

TEST_F(Migrate, RefusesTheDatabaseOfAnotherProgram) {
  connection_.exec("CREATE TABLE theirs (x)");
  const auto done = migrate(connection_, std::array{kFirst});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Corrupt);
  EXPECT_EQ(number("SELECT count(*) FROM sqlite_schema"), 1);
}

TEST(Migrations, AreNumberedFromOneWithoutAGap) {
  int expected = 0;
  for (const Migration& step : migrations()) {
    EXPECT_EQ(step.number, ++expected);
    EXPECT_FALSE(step.sql.empty()) << step.file_name;
  }
  EXPECT_GE(expected, 2);
}

TEST(Migrations, BringEveryOlderSchemaToTheNewest) {
  const auto newest = migrations();
  std::string expected;
  for (std::size_t from = newest.size(); from-- > 0;) {
    test::TempDir folder;
    const auto path = folder.path() / "minpaas.db";
    {
      SQLite::Database old(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
      ASSERT_TRUE(migrate(old, newest.first(from)));
    }
    ASSERT_TRUE(Database::open(path));
    const SQLite::Database now(path.string(), SQLite::OPEN_READONLY);
    std::string schema =
        const_cast<SQLite::Database&>(now)
            .execAndGet(
                "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)")
            .getString();
    if (expected.empty()) {
      expected = schema;
    }
    EXPECT_EQ(schema, expected) << "from version " << from;
  }
}

TEST(Migrations, KeepDeploysAndNeverGiveTheirIdsAwayAgain) {
  test::TempDir folder;
  const auto path = folder.path() / "minpaas.db";
  {
    SQLite::Database old(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    ASSERT_TRUE(migrate(old, migrations().first(2)));
    old.exec("INSERT INTO apps (id, name, port, created_at) VALUES (1, 'blog', 10000, 0)");
    for (const char* id : {"3", "9"}) {
      old.exec(
          "INSERT INTO deploys (id, app_id, kind, stage, ref, image, actor, note, reason,"
          " created_at) VALUES (" +
          std::string(id) + ", 1, 'push', 'queued', '', '', 'ann', '', '', 5)");
    }
    old.exec("DELETE FROM deploys WHERE id = 9");
  }
  auto now = Database::open(path);
  ASSERT_TRUE(now);
  DeployStore deploys(**now);
  EXPECT_EQ(deploys.get(3)->actor, "ann");
  DeployRow row = test::deploy_of(test::app_name("blog"));
  row.kind = DeployKind::Rollback;
  EXPECT_EQ(deploys.add(row).value(), 10);
}

TEST(Migrations, MakeOnlyStrictTables) {
  test::StateFile file;
  ASSERT_TRUE(file.database().read([](SQLite::Database& connection) -> Result<void> {
    EXPECT_EQ(connection
                  .execAndGet("SELECT coalesce(group_concat(name), '') FROM pragma_table_list"
                              " WHERE schema = 'main' AND type = 'table' AND strict = 0"
                              " AND name NOT LIKE 'sqlite_%'")
                  .getString(),
              "");
    return {};
  }));
}

TEST(Migrations, MakeTheTablesThatTheDocumentNames) {
  std::ifstream file(MINPAAS_DOCS "/database.md");
  std::set<std::string> told;
  for (std::string line; std::getline(file, line);) {
    // The first cell of a row: `name`, or `name`, `name`.
    for (std::smatch name; std::regex_search(line, name, std::regex("^\\|[^|`]*`(\\w+)`"));) {
      told.insert(name[1]);
      line.replace(0, static_cast<std::size_t>(name.length()), "|");
    }
  }
  test::StateFile state;
  ASSERT_TRUE(state.database().read([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement tables(connection,
                             "SELECT name FROM pragma_table_list WHERE schema = 'main'"
                             " AND type = 'table' AND name NOT LIKE 'sqlite_%'");
    std::set<std::string> made;
    while (tables.executeStep()) {
      made.insert(tables.getColumn(0).getString());
    }
    EXPECT_EQ(told, made);
    return {};
  }));
}

TEST(Migrations, OpenRefusesANewerFileAndLeavesItAlone) {
  test::TempDir folder;
  const auto path = folder.path() / "minpaas.db";
  {
    SQLite::Database newer(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    newer.exec("PRAGMA application_id = 0x4d506161; PRAGMA user_version = 999");
  }
  const auto opened = Database::open(path);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::Conflict);
  SQLite::Database same(path.string(), SQLite::OPEN_READONLY);
  EXPECT_EQ(same.execAndGet("PRAGMA journal_mode").getString(), "delete");
}

}  // namespace
}  // namespace minpaas::state
