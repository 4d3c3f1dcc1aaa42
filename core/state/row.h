#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/app/app_name.h"
#include "core/app/formation.h"
#include "core/app/manifest.h"
#include "core/app/oid.h"
#include "core/base/clock.h"
#include "core/base/result.h"

namespace SQLite {
class Column;
class Database;
class Statement;
}  // namespace SQLite

/// How values stand in columns, for the stores only. All throw SQLite::Exception.
namespace minpaas::state {

std::int64_t to_column(SystemTime time);
SystemTime time_from(const SQLite::Column& column);
std::optional<SystemTime> optional_time_from(const SQLite::Column& column);
std::optional<int> optional_int_from(const SQLite::Column& column);

/// Errors of these four: Corrupt.
Result<AppName> app_name_from(const SQLite::Column& column);
Result<ProcessType> process_from(const SQLite::Column& column);
Result<Manifest> manifest_from(const SQLite::Column& column);
Result<std::optional<Oid>> oid_from(const SQLite::Column& column);

/// Binds the value, or NULL.
void bind_or_null(SQLite::Statement& statement, int index, const std::optional<Oid>& value);
void bind_or_null(SQLite::Statement& statement, int index, const std::optional<int>& value);
void bind_or_null(SQLite::Statement& statement, int index,
                  const std::optional<std::int64_t>& value);
void bind_or_null(SQLite::Statement& statement, int index, const std::optional<double>& value);
void bind_or_null(SQLite::Statement& statement, int index, const std::optional<std::string>& value);

/// `there is no app blog`, with the command that lists them.
Error no_such_app(const AppName& app);
/// Errors: NotFound (no_such_app).
Result<std::int64_t> app_id(SQLite::Database& connection, const AppName& app);

}  // namespace minpaas::state
