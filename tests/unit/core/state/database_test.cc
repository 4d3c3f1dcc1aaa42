#include "core/state/database.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "tests/support/state_file.h"

namespace minpaas::state {
namespace {

using test::StateFile;

Result<void> put(SQLite::Database& connection, const std::string& name, const std::string& value) {
  SQLite::Statement insert(connection, "INSERT INTO settings (name, value) VALUES (?, ?)");
  insert.bind(1, name);
  insert.bind(2, value);
  insert.exec();
  return {};
}

int count(Database& database, const std::string& table) {
  int found = -1;
  const auto done = database.read([&](SQLite::Database& connection) -> Result<void> {
    found = connection.execAndGet("SELECT count(*) FROM " + table).getInt();
    return {};
  });
  EXPECT_TRUE(done);
  return found;
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat found {};

  EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
  return found.st_mode & 07777U;
}

TEST(Database, IsReadableByItsOwnerOnlyWithAllItsFiles) {
  StateFile file;
  ASSERT_TRUE(file.database().write(
      [](SQLite::Database& connection) { return put(connection, "a", "1"); }));
  EXPECT_EQ(mode_of(file.path()), 0600U);
  EXPECT_EQ(mode_of(file.path().string() + "-wal"), 0600U);
  EXPECT_EQ(mode_of(file.path().string() + "-shm"), 0600U);
}

TEST(Database, TakesRightsOfOthersAway) {
  StateFile file;
  ::chmod(file.path().c_str(), 0644);
  file.reopen();
  EXPECT_EQ(mode_of(file.path()), 0600U);
}

TEST(Database, WritesAheadWithForeignKeysAndFullSync) {
  StateFile file;
  ASSERT_TRUE(file.database().read([](SQLite::Database& connection) -> Result<void> {
    EXPECT_EQ(connection.execAndGet("PRAGMA journal_mode").getString(), "wal");
    EXPECT_EQ(connection.execAndGet("PRAGMA foreign_keys").getInt(), 1);
    EXPECT_EQ(connection.execAndGet("PRAGMA synchronous").getInt(), 2);
    EXPECT_GE(connection.execAndGet("PRAGMA busy_timeout").getInt(), 1000);
    return {};
  }));
}

TEST(Database, RollsBackWhenTheCallerFails) {
  StateFile file;
  const auto done = file.database().write([](SQLite::Database& connection) -> Result<void> {
    static_cast<void>(put(connection, "a", "1"));
    return Error{ErrorCode::Failed, "changed my mind", "", ""};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "changed my mind");
  EXPECT_EQ(count(file.database(), "settings"), 0);
}

TEST(Database, RollsBackWhenAStatementThrowsAndStaysUsable) {
  StateFile file;
  const auto done = file.database().write([](SQLite::Database& connection) -> Result<void> {
    static_cast<void>(put(connection, "a", "1"));
    return put(connection, "a", "2");
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::AlreadyExists);
  EXPECT_EQ(count(file.database(), "settings"), 0);
  EXPECT_TRUE(file.database().write(
      [](SQLite::Database& connection) { return put(connection, "a", "3"); }));
}

TEST(Database, ForgetsATransactionThatACrashInterrupted) {
  StateFile file;
  ASSERT_TRUE(file.database().write(
      [](SQLite::Database& connection) { return put(connection, "kept", "1"); }));
  file.close();  // SQLite's locks do not survive a fork
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    SQLite::Database connection(file.path().string(), SQLite::OPEN_READWRITE);
    connection.exec("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE");
    const std::string large(100'000, 'x');  // more than the cache: pages reach the log uncommitted
    static_cast<void>(put(connection, "lost", large));
    static_cast<void>(put(connection, "lost too", large));
    ::_exit(0);  // no rollback, no close: as kill -9
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_GT(std::filesystem::file_size(file.path().string() + "-wal"), 100'000U);
  file.reopen();
  EXPECT_EQ(count(file.database(), "settings"), 1);
  EXPECT_TRUE(file.database().write(
      [](SQLite::Database& connection) { return put(connection, "next", "1"); }));
}

TEST(Database, LetsManyThreadsWriteAndRead) {
  StateFile file;
  constexpr int kThreads = 12;  // more than there are connections
  constexpr int kEach = 20;
  std::atomic<int> failures = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < kEach; ++i) {
          const auto done = file.database().write([&](SQLite::Database& connection) {
            return put(connection, std::to_string(thread) + "/" + std::to_string(i), "x");
          });
          failures += done ? 0 : 1;
          failures += count(file.database(), "settings") > i ? 0 : 1;
        }
      });
    }
  }
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(count(file.database(), "settings"), kThreads * kEach);
}

TEST(Database, SaysWhenTheDiskIsFull) {
  StateFile file;
  const auto done = file.database().write([](SQLite::Database& connection) -> Result<void> {
    const int pages = connection.execAndGet("PRAGMA page_count").getInt();
    static_cast<void>(
        connection.execAndGet("PRAGMA max_page_count = " + std::to_string(pages)).getInt());
    return put(connection, "large", std::string(1'000'000, 'x'));
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::NoSpace);
}

TEST(Database, SaysWhenARowBelongsToNothing) {
  StateFile file;
  const auto done = file.database().write([](SQLite::Database& connection) -> Result<void> {
    connection.exec("INSERT INTO config_versions VALUES (99, 1, 0)");
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Conflict);
}

TEST(Database, RefusesAValueOfTheWrongType) {
  StateFile file;
  const auto done = file.database().write([](SQLite::Database& connection) -> Result<void> {
    connection.exec("INSERT INTO config_versions VALUES (1, 'one', 0)");
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Internal);
}

TEST(Database, SaysWhenTheFileIsNoDatabase) {
  test::TempDir folder;
  const auto path = folder.path() / "minpaas.db";
  std::ofstream(path) << std::string(8192, 'x');
  const auto opened = Database::open(path);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::Corrupt);
  EXPECT_NE(opened.error().message.find("minpaas.db"), std::string::npos);
}

TEST(Database, SaysWhenThereIsNoSuchFolderOrAFolderInItsPlace) {
  test::TempDir folder;
  const auto opened = Database::open(folder.path() / "missing" / "minpaas.db");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::NotFound);
  EXPECT_EQ(Database::open(folder.path()).error().code, ErrorCode::Corrupt);
}

}  // namespace
}  // namespace minpaas::state
