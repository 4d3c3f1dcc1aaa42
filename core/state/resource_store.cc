#include "core/state/resource_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "core/state/access.h"
#include "core/state/row.h"

namespace minpaas::state {
namespace {

LimitChoices choices_from(SQLite::Statement& query) {
  LimitChoices choices;
  if (const auto memory = query.getColumn(1); !memory.isNull()) {
    choices.memory_bytes = memory.getInt64();
  }
  if (const auto cpus = query.getColumn(2); !cpus.isNull()) {
    choices.cpus = cpus.getDouble();
  }
  choices.pids = optional_int_from(query.getColumn(3));
  return choices;
}

}  // namespace

Result<AppLimits> ResourceStore::of_app(const AppName& app) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<AppLimits> {
    SQLite::Statement query(connection,
                            "SELECT process, memory_bytes, cpus, pids FROM resources"
                            " WHERE app_id = ?");
    query.bind(1, TRY(app_id(connection, app)));
    AppLimits limits;
    while (query.executeStep()) {
      if (query.getColumn(0).getString().empty()) {
        limits.all = choices_from(query);
      } else {
        const ProcessType type = TRY(process_from(query.getColumn(0)));
        limits.types.emplace(type, choices_from(query));
      }
    }
    return limits;
  });
}

Result<void> ResourceStore::set(const AppName& app, const std::optional<ProcessType>& type,
                                const LimitChoices& choices) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    const auto id = TRY(app_id(connection, app));
    const std::string process = type ? type->str() : "";
    SQLite::Statement remove(connection, "DELETE FROM resources WHERE app_id = ? AND process = ?");
    remove.bind(1, id);
    remove.bind(2, process);
    remove.exec();
    if (choices.empty()) {
      return {};
    }
    SQLite::Statement insert(connection,
                             "INSERT INTO resources (app_id, process, memory_bytes, cpus, pids)"
                             " VALUES (?, ?, ?, ?, ?)");
    insert.bind(1, id);
    insert.bind(2, process);
    bind_or_null(insert, 3, std::optional<std::int64_t>(choices.memory_bytes));
    bind_or_null(insert, 4, choices.cpus);
    bind_or_null(insert, 5, choices.pids);
    insert.exec();
    return {};
  });
}

}  // namespace minpaas::state
