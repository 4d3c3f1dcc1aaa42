#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace SQLite {
class Database;
}

namespace minpaas::state {

/// The database file: WAL, foreign keys, synchronous=FULL, busy timeout. Connections are lent from
/// a small pool, so a connection is used by one thread at a time; do not call read or write inside
/// either. Thread: any.
class Database {
 public:
  /// Opens or creates (0600) the file and applies the numbered migrations in order, each in a
  /// transaction. Errors: Corrupt, Unavailable, Conflict (made by a newer version).
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs `use(connection)` outside a transaction; exceptions of SQLiteCpp become Errors
  /// (AlreadyExists for a broken UNIQUE, Conflict for a row that belongs to nothing, NoSpace for a
  /// full disk, Busy, Corrupt).
  Result<void> read(const std::function<Result<void>(SQLite::Database&)>& use);
  /// The same inside BEGIN IMMEDIATE; commits when `use` succeeds, else rolls back.
  Result<void> write(const std::function<Result<void>(SQLite::Database&)>& use);

 private:
  struct Pool;
  explicit Database(std::unique_ptr<Pool> pool);
  std::unique_ptr<Pool> pool_;
};

}  // namespace minpaas::state
