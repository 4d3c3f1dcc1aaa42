#include "core/state/volume_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "core/state/access.h"
#include "core/state/row.h"

namespace minpaas::state {
namespace {

constexpr const char* kColumns = "id, app_name, app_id, name, volume, path, ready, created_at";
constexpr std::size_t kInstanceCharactersInNames = 6;

Error corrupt(const Error& error) {
  return {ErrorCode::Corrupt, "the database has a storage that cannot be", "", error.for_log()};
}

Result<std::optional<MountPath>> path_from(const SQLite::Column& column) {
  if (column.isNull()) {
    return std::optional<MountPath>();
  }
  auto path = MountPath::parse(column.getString());
  if (!path) {
    return corrupt(path.error());
  }
  return std::optional(*std::move(path));
}

Result<VolumeRow> row_from(SQLite::Statement& query) {
  auto app = TRY(app_name_from(query.getColumn(1)));
  auto name = StorageName::parse(query.getColumn(3).getString());
  if (!name) {
    return corrupt(name.error());
  }
  auto path = TRY(path_from(query.getColumn(5)));
  return VolumeRow{.id = query.getColumn(0).getInt64(),
                   .app = std::move(app),
                   .app_is_gone = query.getColumn(2).isNull(),
                   .name = *std::move(name),
                   .volume = query.getColumn(4).getString(),
                   .path = std::move(path),
                   .is_ready = query.getColumn(6).getInt() != 0,
                   .created_at = time_from(query.getColumn(7))};
}

Result<std::vector<VolumeRow>> rows_from(SQLite::Statement& query) {
  std::vector<VolumeRow> rows;
  while (query.executeStep()) {
    rows.push_back(TRY(row_from(query)));
  }
  return rows;
}

Result<std::optional<VolumeRow>> first_of(SQLite::Statement& query) {
  auto rows = TRY(rows_from(query));
  return rows.empty() ? std::optional<VolumeRow>() : std::optional(std::move(rows.front()));
}

Result<std::optional<VolumeRow>> find_own(SQLite::Database& connection, std::int64_t app,
                                          const StorageName& name) {
  SQLite::Statement query(connection, fmt::format("SELECT {} FROM volumes"
                                                  " WHERE app_id = ? AND name = ?",
                                                  kColumns));
  query.bind(1, app);
  query.bind(2, name.str());
  return first_of(query);
}

Result<std::optional<VolumeRow>> find_left(SQLite::Database& connection, const AppName& app,
                                           const StorageName& name) {
  SQLite::Statement query(connection,
                          fmt::format("SELECT {} FROM volumes WHERE app_id IS NULL AND"
                                      " app_name = ? AND name = ? ORDER BY id DESC LIMIT 1",
                                      kColumns));
  query.bind(1, app.str());
  query.bind(2, name.str());
  return first_of(query);
}

void bind_path(SQLite::Statement& statement, int index, const std::optional<MountPath>& path) {
  if (path) {
    statement.bind(index, path->str());
  } else {
    statement.bind(index);
  }
}

void set_path(SQLite::Database& connection, std::int64_t id, const std::optional<MountPath>& path) {
  SQLite::Statement update(connection, "UPDATE volumes SET path = ? WHERE id = ?");
  bind_path(update, 1, path);
  update.bind(2, id);
  update.exec();
}

/// What older deploys of the app could take back is of no use any more.
void remember(SQLite::Database& connection, const VolumeStore::Change& change, std::int64_t id,
              const std::optional<MountPath>& before) {
  SQLite::Statement forget(connection, "DELETE FROM volume_changes WHERE volume_id = ?");
  forget.bind(1, id);
  forget.exec();
  SQLite::Statement insert(
      connection,
      "INSERT INTO volume_changes (deploy_id, volume_id, path_before) VALUES (?, ?, ?)");
  insert.bind(1, change.deploy);
  insert.bind(2, id);
  bind_path(insert, 3, before);
  insert.exec();
}

/// Its path is not set yet.
std::int64_t insert_new(SQLite::Database& connection, std::int64_t app_id, const AppName& app,
                        const StorageName& name, const VolumeStore::Change& change) {
  SQLite::Statement insert(
      connection,
      "INSERT INTO volumes (app_id, app_name, name, volume, created_at) VALUES (?, ?, ?, '', ?)");
  insert.bind(1, app_id);
  insert.bind(2, app.str());
  insert.bind(3, name.str());
  insert.bind(4, to_column(change.now));
  insert.exec();
  const std::int64_t id = connection.getLastInsertRowid();
  SQLite::Statement update(connection, "UPDATE volumes SET volume = ? WHERE id = ?");
  // Two installations may share an engine.
  update.bind(1, fmt::format("minpaas-{}-{}-{}-{}", app.str(), name.str(), id,
                             change.instance.substr(0, kInstanceCharactersInNames)));
  update.bind(2, id);
  update.exec();
  return id;
}

void adopt(SQLite::Database& connection, std::int64_t app_id, std::int64_t id) {
  SQLite::Statement update(connection, "UPDATE volumes SET app_id = ?, path = NULL WHERE id = ?");
  update.bind(1, app_id);
  update.bind(2, id);
  update.exec();
}

}  // namespace

Result<std::vector<VolumeRow>> VolumeStore::of_app(const AppName& app) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<std::vector<VolumeRow>> {
    SQLite::Statement query(connection, fmt::format("SELECT {} FROM volumes WHERE app_id = ?"
                                                    " ORDER BY name",
                                                    kColumns));
    query.bind(1, TRY(app_id(connection, app)));
    return rows_from(query);
  });
}

Result<std::vector<VolumeRow>> VolumeStore::all() {
  return read_value(database_, [&](SQLite::Database& connection) {
    SQLite::Statement query(
        connection, fmt::format("SELECT {} FROM volumes ORDER BY app_name, name, id", kColumns));
    return rows_from(query);
  });
}

Result<std::optional<VolumeRow>> VolumeStore::left_by(const AppName& app, const StorageName& name) {
  return read_value(database_,
                    [&](SQLite::Database& connection) { return find_left(connection, app, name); });
}

Result<bool> VolumeStore::mount(const AppName& app, const StorageMount& mount,
                                const Change& change) {
  return write_value(database_, [&](SQLite::Database& connection) -> Result<bool> {
    const auto owner = TRY(app_id(connection, app));
    const auto own = TRY(find_own(connection, owner, mount.name));
    if (own && own->path == mount.path) {
      return false;
    }
    std::int64_t id = own ? own->id : 0;
    if (!own) {
      const auto left = TRY(find_left(connection, app, mount.name));
      id = left ? left->id : insert_new(connection, owner, app, mount.name, change);
      adopt(connection, owner, id);
    }
    remember(connection, change, id, own ? own->path : std::nullopt);
    set_path(connection, id, mount.path);
    return true;
  });
}

Result<bool> VolumeStore::unmount(const AppName& app, const StorageName& name,
                                  const Change& change) {
  return write_value(database_, [&](SQLite::Database& connection) -> Result<bool> {
    const auto owner = TRY(app_id(connection, app));
    const auto own = TRY(find_own(connection, owner, name));
    if (!own || !own->path) {
      return false;
    }
    remember(connection, change, own->id, own->path);
    set_path(connection, own->id, std::nullopt);
    return true;
  });
}

Result<void> VolumeStore::undo(std::int64_t deploy) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement update(connection,
                             "UPDATE volumes SET path = c.path_before FROM volume_changes AS c"
                             " WHERE c.volume_id = volumes.id AND c.deploy_id = ?");
    update.bind(1, deploy);
    update.exec();
    SQLite::Statement forget(connection, "DELETE FROM volume_changes WHERE deploy_id = ?");
    forget.bind(1, deploy);
    forget.exec();
    return {};
  });
}

Result<void> VolumeStore::set_ready(std::int64_t id) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement update(connection, "UPDATE volumes SET ready = 1 WHERE id = ?");
    update.bind(1, id);
    update.exec();
    return {};
  });
}

Result<void> VolumeStore::remove(std::int64_t id) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement remove(connection, "DELETE FROM volumes WHERE id = ?");
    remove.bind(1, id);
    remove.exec();
    return {};
  });
}

}  // namespace minpaas::state
