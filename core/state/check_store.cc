#include "core/state/check_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "core/state/access.h"
#include "core/state/row.h"

namespace minpaas::state {
namespace {

std::optional<seconds> seconds_from(const SQLite::Column& column) {
  const auto count = optional_int_from(column);
  return count ? std::optional(seconds(*count)) : std::nullopt;
}

CheckChoices choices_from(SQLite::Statement& query) {
  CheckChoices choices;
  if (const auto path = query.getColumn(1); !path.isNull()) {
    choices.path = path.getString();
  }
  choices.deadline = seconds_from(query.getColumn(2));
  choices.timeout = seconds_from(query.getColumn(3));
  choices.attempts = optional_int_from(query.getColumn(4));
  choices.wait = seconds_from(query.getColumn(5));
  return choices;
}

std::optional<std::int64_t> count_of(const std::optional<seconds>& value) {
  return value ? std::optional<std::int64_t>(value->count()) : std::nullopt;
}

void insert(SQLite::Database& connection, std::int64_t app, const ProcessType& type,
            const CheckChoices& choices) {
  SQLite::Statement insert(
      connection,
      "INSERT INTO checks (app_id, process, path, deadline_seconds,"
      " timeout_seconds, attempts, wait_seconds) VALUES (?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, app);
  insert.bind(2, type.str());
  bind_or_null(insert, 3, choices.path);
  bind_or_null(insert, 4, count_of(choices.deadline));
  bind_or_null(insert, 5, count_of(choices.timeout));
  bind_or_null(insert, 6, choices.attempts);
  bind_or_null(insert, 7, count_of(choices.wait));
  insert.exec();
}

}  // namespace

Result<AppChecks> CheckStore::of_app(const AppName& app) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<AppChecks> {
    SQLite::Statement query(connection,
                            "SELECT process, path, deadline_seconds, timeout_seconds, attempts,"
                            " wait_seconds FROM checks WHERE app_id = ?");
    query.bind(1, TRY(app_id(connection, app)));
    AppChecks checks;
    while (query.executeStep()) {
      const ProcessType type = TRY(process_from(query.getColumn(0)));
      checks.emplace(type, choices_from(query));
    }
    return checks;
  });
}

Result<void> CheckStore::set(const AppName& app, const ProcessType& type,
                             const CheckChoices& choices) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    const auto id = TRY(app_id(connection, app));
    SQLite::Statement remove(connection, "DELETE FROM checks WHERE app_id = ? AND process = ?");
    remove.bind(1, id);
    remove.bind(2, type.str());
    remove.exec();
    if (!choices.empty()) {
      insert(connection, id, type, choices);
    }
    return {};
  });
}

}  // namespace minpaas::state
