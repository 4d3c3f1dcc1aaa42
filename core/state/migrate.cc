#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include "core/state/migrations.h"

namespace minpaas::state {
namespace {

/// Set by 0001_apps.sql: "MPaa".
constexpr int kApplicationId = 0x4d506161;

int pragma(SQLite::Database& connection, const char* query) {
  return connection.execAndGet(query).getInt();
}

Result<void> require_ours(SQLite::Database& connection) {
  const int mark = pragma(connection, "PRAGMA application_id");
  const bool fresh = mark == 0 && pragma(connection, "SELECT count(*) FROM sqlite_schema") == 0 &&
                     pragma(connection, "PRAGMA user_version") == 0;
  if (mark != kApplicationId && !fresh) {
    return Error{ErrorCode::Corrupt,
                 fmt::format("{} is the database of another program", connection.getFilename()),
                 "choose another [server] data_dir, or move the file away", ""};
  }
  return {};
}

Result<void> require_known(SQLite::Database& connection, int newest) {
  const int version = pragma(connection, "PRAGMA user_version");
  if (version > newest) {
    return Error{ErrorCode::Conflict,
                 fmt::format("{} was made by a newer version of MinPaas (schema {}, this version "
                             "knows {})",
                             connection.getFilename(), version, newest),
                 "install that version again, or restore the backup made before the upgrade", ""};
  }
  return {};
}

void apply(SQLite::Database& connection, const Migration& step) {
  SQLite::Transaction transaction(connection, SQLite::TransactionBehavior::IMMEDIATE);
  // Looked at again under the lock: another process may have applied it meanwhile.
  if (pragma(connection, "PRAGMA user_version") >= step.number) {
    return;
  }
  connection.exec(std::string(step.sql));
  // A pragma takes no bound value; the number is ours.
  connection.exec(fmt::format("PRAGMA user_version = {}", step.number));
  transaction.commit();
}

}  // namespace

Result<void> require_compatible(SQLite::Database& connection, std::span<const Migration> steps) {
  TRY(require_ours(connection));
  return require_known(connection, steps.empty() ? 0 : steps.back().number);
}

Result<void> migrate(SQLite::Database& connection, std::span<const Migration> steps) {
  TRY(require_compatible(connection, steps));
  for (const Migration& step : steps) {
    if (pragma(connection, "PRAGMA user_version") < step.number) {
      apply(connection, step);
    }
  }
  return {};
}

}  // namespace minpaas::state
