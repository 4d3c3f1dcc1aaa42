#pragma once

#include <span>
#include <string_view>

#include "core/base/result.h"

namespace SQLite {
class Database;
}

namespace minpaas::state {

/// One step of the schema: a numbered SQL file that is part of the program.
struct Migration {
  int number;
  std::string_view file_name;
  std::string_view sql;
};

/// All of core/state/migrations, by number from 1 without a gap.
std::span<const Migration> migrations();

/// Whether `steps` can be applied to the file; changes nothing. Throws SQLite::Exception. Errors:
/// Conflict (the file has a newer schema), Corrupt (it is no database of MinPaas).
Result<void> require_compatible(SQLite::Database& connection, std::span<const Migration> steps);

/// Brings the schema of `connection` to the last of `steps`: each missing one in a transaction of
/// its own that also stores its number (PRAGMA user_version), so that a step is applied wholly or
/// not at all. Throws SQLite::Exception. Errors: as require_compatible.
Result<void> migrate(SQLite::Database& connection, std::span<const Migration> steps);

}  // namespace minpaas::state
