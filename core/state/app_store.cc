#include "core/state/app_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/state/access.h"
#include "core/state/row.h"

namespace minpaas::state {
namespace {

constexpr const char* kSelect =
    "SELECT id, name, runtime, deploy_branch, port, stopped, created_at, locked_by,"
    " locked_at, maintenance, overlap, label,"
    " coalesce(named_at, created_at), drain_timeout, stop_timeout FROM apps";

std::optional<seconds> seconds_from(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional(seconds(column.getInt64()));
}

Result<AppRow> row_from(SQLite::Statement& query) {
  const AppName name = TRY(app_name_from(query.getColumn(1)));
  return AppRow{.id = query.getColumn(0).getInt64(),
                .name = name,
                .runtime = query.getColumn(2).getString(),
                .deploy_branch = query.getColumn(3).getString(),
                .port = query.getColumn(4).getInt(),
                .stopped = query.getColumn(5).getInt() != 0,
                .created_at = time_from(query.getColumn(6)),
                .named_at = time_from(query.getColumn(12)),
                .locked_by = query.getColumn(7).isNull()
                                 ? std::nullopt
                                 : std::optional(query.getColumn(7).getString()),
                .locked_at = optional_time_from(query.getColumn(8)),
                .maintenance = query.getColumn(9).getInt() != 0,
                .overlap = query.getColumn(10).getInt() != 0,
                .drain_timeout = seconds_from(query.getColumn(13)),
                .stop_timeout = seconds_from(query.getColumn(14)),
                .label = query.getColumn(11).getString()};
}

Result<AppRow> select(SQLite::Database& connection, const AppName& name) {
  SQLite::Statement query(connection, fmt::format("{} WHERE name = ?", kSelect));
  query.bind(1, name.str());
  if (!query.executeStep()) {
    return no_such_app(name);
  }
  return row_from(query);
}

std::set<int> taken_ports(SQLite::Database& connection) {
  std::set<int> ports;
  SQLite::Statement query(connection, "SELECT port FROM apps");
  while (query.executeStep()) {
    ports.insert(query.getColumn(0).getInt());
  }
  return ports;
}

Error name_taken(const AppName& name) {
  return {ErrorCode::AlreadyExists, fmt::format("there is an app '{}' already", name.str()),
          "choose another name", ""};
}

Result<void> require_settled_in(SQLite::Database& connection, const AppName& name) {
  SQLite::Statement query(
      connection, "SELECT 1 FROM renames JOIN apps ON id = app_id WHERE ? IN (old_name, name)");
  query.bind(1, name.str());
  return query.executeStep()
             ? Result<void>(Error{
                   ErrorCode::Busy,
                   fmt::format("an app is being renamed from or to {}, or could not be wholly",
                               name.str()),
                   "try again; when that does not help, restart minpaasd, whose log says why", ""})
             : Result<void>();
}

/// The ports of the other apps. Errors: AlreadyExists (the name is taken), Busy.
Result<std::set<int>> ports_for_new(SQLite::Database& connection, const AppName& name) {
  if (app_id(connection, name)) {
    return name_taken(name);
  }
  TRY(require_settled_in(connection, name));
  return taken_ports(connection);
}

/// From the preferred port upwards, then from the first one again.
Result<int> choose_port(const AppName& name, int first, int last, const std::set<int>& taken,
                        const std::function<bool(int)>& is_free) {
  const int range = std::max(0, last - first + 1);
  const int preferred = range == 0 ? first : preferred_port(name, first, last);
  for (int step = 0; step < range; ++step) {
    const int port = first + (preferred - first + step) % range;
    if (taken.count(port) == 0 && is_free(port)) {
      return port;
    }
  }
  return Error{ErrorCode::Unavailable,
               fmt::format("no port from {} to {} is free for the app", first, last),
               "destroy an app, or widen [router] port_first and port_last", ""};
}

/// Whether the name is the one that an unfinished rename of the app began with. Errors: Busy (it is
/// another one's).
Result<bool> is_taken_back(SQLite::Database& connection, const AppRow& row, const AppName& to) {
  SQLite::Statement query(connection, "SELECT old_name FROM renames WHERE app_id = ?");
  query.bind(1, row.id);
  if (!query.executeStep()) {
    return false;
  }
  if (query.getColumn(0).getString() == to.str()) {
    return true;
  }
  return Error{ErrorCode::Busy,
               fmt::format("the last rename of {} has not moved all of its files", row.name.str()),
               "restart minpaasd, whose log says why when that does not help", ""};
}

bool is_label(SQLite::Database& connection, const std::string& label) {
  SQLite::Statement query(connection, "SELECT 1 FROM apps WHERE label = ?");
  query.bind(1, label);
  return query.executeStep();
}

/// The name, where no app that had it before still has things in the engine by it. A port is one
/// app's only, and no name has a dot.
std::string free_label(SQLite::Database& connection, const AppName& name, int port) {
  return is_label(connection, name.str()) ? fmt::format("{}.{}", name.str(), port) : name.str();
}

/// The new row, or nothing when the port is taken. Errors: AlreadyExists (the name is).
Result<std::optional<AppRow>> insert(SQLite::Database& connection, const AppName& name, int port,
                                     SystemTime now) {
  if (TRY(ports_for_new(connection, name)).count(port) != 0) {
    return std::optional<AppRow>();
  }
  SQLite::Statement statement(connection,
                              "INSERT INTO apps (name, port, created_at, label)"
                              " VALUES (?, ?, ?, ?)");
  statement.bind(1, name.str());
  statement.bind(2, port);
  statement.bind(3, to_column(now));
  statement.bind(4, free_label(connection, name, port));
  statement.exec();
  return std::optional(TRY(select(connection, name)));
}

/// One UPDATE of one column; a value that is absent is NULL. Errors: NotFound.
template <typename Value>
Result<void> update(Database& database, const char* statement, const AppName& name,
                    const std::optional<Value>& value) {
  return database.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement change(connection, statement);
    if (value) {
      change.bind(1, *value);
    }
    change.bind(2, name.str());
    if (change.exec() == 0) {
      return no_such_app(name);
    }
    return {};
  });
}

Result<void> set_seconds(Database& database, const char* statement, const AppName& name,
                         std::optional<seconds> value) {
  return update(database, statement, name,
                value ? std::optional<std::int64_t>(value->count()) : std::nullopt);
}

}  // namespace

int preferred_port(const AppName& name, int port_first, int port_last) {
  // std::hash may differ between libraries and versions; FNV-1a is four lines and never will.
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : name.str()) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return port_first +
         static_cast<int>(hash % static_cast<std::uint64_t>(port_last - port_first + 1));
}

Result<AppRow> AppStore::create(const AppName& name, int port_first, int port_last,
                                const std::function<bool(int)>& is_free, SystemTime now) {
  // The ports are looked at outside the transaction, since `is_free` may ask the kernel; so the
  // chosen one can be gone when it is to be written, and then the next one is tried.
  for (;;) {
    const auto taken = read_value(
        database_, [&](SQLite::Database& connection) { return ports_for_new(connection, name); });
    if (!taken) {
      return taken.error();
    }
    const int port = TRY(choose_port(name, port_first, port_last, *taken, is_free));
    auto made = write_value(database_, [&](SQLite::Database& connection) {
      return insert(connection, name, port, now);
    });
    if (!made) {
      return made.error();
    }
    if (*made) {
      return **std::move(made);
    }
  }
}

Result<AppRow> AppStore::get(const AppName& name) {
  return read_value(database_,
                    [&](SQLite::Database& connection) { return select(connection, name); });
}

Result<std::vector<AppRow>> AppStore::list() {
  return read_value(database_, [](SQLite::Database& connection) -> Result<std::vector<AppRow>> {
    std::vector<AppRow> rows;
    SQLite::Statement query(connection, fmt::format("{} ORDER BY name", kSelect));
    while (query.executeStep()) {
      rows.push_back(TRY(row_from(query)));
    }
    return rows;
  });
}

Result<std::optional<AppRow>> AppStore::find_label(const std::string& label) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<std::optional<AppRow>> {
    SQLite::Statement query(connection, fmt::format("{} WHERE label = ?", kSelect));
    query.bind(1, label);
    return query.executeStep() ? std::optional(TRY(row_from(query))) : std::nullopt;
  });
}

Result<void> AppStore::set_runtime(const AppName& name, const std::string& runtime) {
  return update(database_, "UPDATE apps SET runtime = ? WHERE name = ?", name,
                std::optional(runtime));
}

Result<void> AppStore::set_deploy_branch(const AppName& name, const std::string& branch) {
  return update(database_, "UPDATE apps SET deploy_branch = ? WHERE name = ?", name,
                std::optional(branch));
}

Result<void> AppStore::set_stopped(const AppName& name, bool stopped) {
  return update(database_, "UPDATE apps SET stopped = ? WHERE name = ?", name,
                std::optional(stopped ? 1 : 0));
}

Result<void> AppStore::set_maintenance(const AppName& name, bool maintenance) {
  return update(database_, "UPDATE apps SET maintenance = ? WHERE name = ?", name,
                std::optional(maintenance ? 1 : 0));
}

Result<void> AppStore::set_overlap(const AppName& name, bool overlap) {
  return update(database_, "UPDATE apps SET overlap = ? WHERE name = ?", name,
                std::optional(overlap ? 1 : 0));
}

Result<void> AppStore::set_drain_timeout(const AppName& name, std::optional<seconds> timeout) {
  return set_seconds(database_, "UPDATE apps SET drain_timeout = ? WHERE name = ?", name, timeout);
}

Result<void> AppStore::set_stop_timeout(const AppName& name, std::optional<seconds> timeout) {
  return set_seconds(database_, "UPDATE apps SET stop_timeout = ? WHERE name = ?", name, timeout);
}

Result<void> AppStore::lock(const AppName& name, const std::string& user, SystemTime now) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    const AppRow row = TRY(select(connection, name));
    if (row.locked_by) {
      return Error{ErrorCode::Conflict,
                   fmt::format("{} is locked already, by {}", name.str(), *row.locked_by), "", ""};
    }
    SQLite::Statement change(connection,
                             "UPDATE apps SET locked_by = ?, locked_at = ? WHERE id = ?");
    change.bind(1, user);
    change.bind(2, to_column(now));
    change.bind(3, row.id);
    change.exec();
    return {};
  });
}

Result<bool> AppStore::unlock(const AppName& name) {
  return write_value(database_, [&](SQLite::Database& connection) -> Result<bool> {
    const AppRow row = TRY(select(connection, name));
    SQLite::Statement change(connection,
                             "UPDATE apps SET locked_by = NULL, locked_at = NULL WHERE id = ?");
    change.bind(1, row.id);
    change.exec();
    return row.locked_by.has_value();
  });
}

Result<void> AppStore::rename(const AppName& name, const AppName& to, SystemTime now) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    const AppRow row = TRY(select(connection, name));
    if (app_id(connection, to)) {
      return name_taken(to);
    }
    if (!TRY(is_taken_back(connection, row, to))) {
      TRY(require_settled_in(connection, to));
    }
    SQLite::Statement change(connection, "UPDATE apps SET name = ?, named_at = ? WHERE id = ?");
    change.bind(1, to.str());
    change.bind(2, to_column(now));
    change.bind(3, row.id);
    change.exec();
    SQLite::Statement note(connection,
                           "INSERT INTO renames (app_id, old_name) VALUES (?, ?)"
                           " ON CONFLICT (app_id) DO UPDATE SET old_name = excluded.old_name");
    note.bind(1, row.id);
    note.bind(2, name.str());
    note.exec();
    return {};
  });
}

Result<std::vector<RenameRow>> AppStore::unfinished_renames() {
  return read_value(database_, [](SQLite::Database& connection) -> Result<std::vector<RenameRow>> {
    std::vector<RenameRow> rows;
    SQLite::Statement query(connection,
                            "SELECT old_name, name FROM renames JOIN apps ON id = app_id");
    while (query.executeStep()) {
      auto old_name = TRY(app_name_from(query.getColumn(0)));
      auto name = TRY(app_name_from(query.getColumn(1)));
      rows.push_back({std::move(old_name), std::move(name)});
    }
    return rows;
  });
}

Result<void> AppStore::require_settled(const AppName& name) {
  return database_.read(
      [&](SQLite::Database& connection) { return require_settled_in(connection, name); });
}

Result<void> AppStore::finish_rename(const AppName& name) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement remove(
        connection, "DELETE FROM renames WHERE app_id = (SELECT id FROM apps WHERE name = ?)");
    remove.bind(1, name.str());
    remove.exec();
    return {};
  });
}

Result<void> AppStore::destroy(const AppName& name) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement remove(connection, "DELETE FROM apps WHERE name = ?");
    remove.bind(1, name.str());
    if (remove.exec() == 0) {
      return no_such_app(name);
    }
    return {};
  });
}

}  // namespace minpaas::state
