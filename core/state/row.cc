#include "core/state/row.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

namespace minpaas::state {
namespace {

/// A stored value that its own parser refuses is damage, not wrong input.
template <typename T>
Result<T> stored(Result<T> parsed, const SQLite::Column& column) {
  if (!parsed) {
    return Error{ErrorCode::Corrupt,
                 fmt::format("the database holds a bad value ({})", column.getName()),
                 "stop minpaasd and restore the file from a backup", parsed.error().for_log()};
  }
  return parsed;
}

template <typename Value>
void bind_present(SQLite::Statement& statement, int index, const std::optional<Value>& value) {
  if (value) {
    statement.bind(index, *value);
  } else {
    statement.bind(index);
  }
}

}  // namespace

std::int64_t to_column(SystemTime time) {
  return time.time_since_epoch().count();
}

SystemTime time_from(const SQLite::Column& column) {
  return SystemTime(std::chrono::microseconds(column.getInt64()));
}

std::optional<SystemTime> optional_time_from(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional(time_from(column));
}

std::optional<int> optional_int_from(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional(column.getInt());
}

Result<AppName> app_name_from(const SQLite::Column& column) {
  return stored(AppName::parse(column.getString()), column);
}

Result<ProcessType> process_from(const SQLite::Column& column) {
  return stored(ProcessType::parse(column.getString()), column);
}

Result<Manifest> manifest_from(const SQLite::Column& column) {
  return TRY(stored(parse_app_json(column.getString()), column)).manifest;
}

Result<std::optional<Oid>> oid_from(const SQLite::Column& column) {
  if (column.isNull()) {
    return std::optional<Oid>();
  }
  return std::optional(TRY(stored(Oid::parse(column.getString()), column)));
}

void bind_or_null(SQLite::Statement& statement, int index, const std::optional<Oid>& value) {
  bind_present(statement, index, value ? std::optional(value->hex()) : std::nullopt);
}

void bind_or_null(SQLite::Statement& statement, int index, const std::optional<int>& value) {
  bind_present(statement, index, value);
}

void bind_or_null(SQLite::Statement& statement, int index,
                  const std::optional<std::int64_t>& value) {
  bind_present(statement, index, value);
}

void bind_or_null(SQLite::Statement& statement, int index, const std::optional<double>& value) {
  bind_present(statement, index, value);
}

void bind_or_null(SQLite::Statement& statement, int index,
                  const std::optional<std::string>& value) {
  bind_present(statement, index, value);
}

Error no_such_app(const AppName& app) {
  return {ErrorCode::NotFound, fmt::format("there is no app {}", app.str()), "list them: apps", ""};
}

Result<std::int64_t> app_id(SQLite::Database& connection, const AppName& app) {
  SQLite::Statement query(connection, "SELECT id FROM apps WHERE name = ?");
  query.bind(1, app.str());
  if (!query.executeStep()) {
    return no_such_app(app);
  }
  return query.getColumn(0).getInt64();
}

}  // namespace minpaas::state
