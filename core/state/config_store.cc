#include "core/state/config_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "core/state/access.h"
#include "core/state/row.h"

namespace minpaas::state {
namespace {

/// What a sealed value is bound to. The app's id is never used again and survives a rename.
std::string context_of(std::int64_t app, const ConfigKey& key) {
  return fmt::format("config/{}/{}", app, key.str());
}

int latest_version(SQLite::Database& connection, std::int64_t app) {
  SQLite::Statement query(connection,
                          "SELECT coalesce(max(version), 0) FROM config_versions WHERE app_id = ?");
  query.bind(1, app);
  query.executeStep();
  return query.getColumn(0).getInt();
}

Result<void> require_version(SQLite::Database& connection, std::int64_t app, int version) {
  SQLite::Statement query(connection,
                          "SELECT 1 FROM config_versions WHERE app_id = ? AND version = ?");
  query.bind(1, app);
  query.bind(2, version);
  if (version != 0 && !query.executeStep()) {
    return Error{ErrorCode::NotFound, fmt::format("there is no config version {}", version), "",
                 ""};
  }
  return {};
}

Result<ConfigVars> read_vars(SQLite::Database& connection, const SecretKey& secret,
                             std::int64_t app, int version) {
  ConfigVars vars;
  SQLite::Statement query(connection,
                          "SELECT key, sealed FROM config_vars WHERE app_id = ? AND version = ?");
  query.bind(1, app);
  query.bind(2, version);
  while (query.executeStep()) {
    const ConfigKey key = TRY(ConfigKey::parse(query.getColumn(0).getString()));
    auto value = secret.decrypt(query.getColumn(1).getString(), context_of(app, key));
    if (!value) {
      return value.error().with_context(key.str());
    }
    vars.emplace(key, Secret(*std::move(value)));
  }
  return vars;
}

void insert_version(SQLite::Database& connection, std::int64_t app, int version, SystemTime now) {
  SQLite::Statement insert(
      connection, "INSERT INTO config_versions (app_id, version, created_at) VALUES (?, ?, ?)");
  insert.bind(1, app);
  insert.bind(2, version);
  insert.bind(3, to_column(now));
  insert.exec();
}

void insert_vars(SQLite::Database& connection, const SecretKey& secret, std::int64_t app,
                 int version, const ConfigVars& vars) {
  SQLite::Statement insert(
      connection, "INSERT INTO config_vars (app_id, version, key, sealed) VALUES (?, ?, ?, ?)");
  for (const auto& [key, value] : vars) {
    const std::string sealed = secret.encrypt(value.reveal(), context_of(app, key));
    insert.reset();
    insert.bind(1, app);
    insert.bind(2, version);
    insert.bind(3, key.str());
    insert.bind(4, sealed.data(), static_cast<int>(sealed.size()));
    insert.exec();
  }
}

}  // namespace

Result<std::pair<int, ConfigVars>> ConfigStore::latest(const AppName& app) {
  using Found = std::pair<int, ConfigVars>;
  return read_value(database_, [&](SQLite::Database& connection) -> Result<Found> {
    const std::int64_t id = TRY(app_id(connection, app));
    const int version = latest_version(connection, id);
    return Found(version, TRY(read_vars(connection, key_, id, version)));
  });
}

Result<ConfigVars> ConfigStore::at(const AppName& app, int version) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<ConfigVars> {
    const std::int64_t id = TRY(app_id(connection, app));
    TRY(require_version(connection, id, version));
    return read_vars(connection, key_, id, version);
  });
}

Result<int> ConfigStore::change(const AppName& app, const ConfigVars& set,
                                const std::vector<ConfigKey>& unset, SystemTime now) {
  return write_value(database_, [&](SQLite::Database& connection) -> Result<int> {
    const std::int64_t id = TRY(app_id(connection, app));
    const int version = latest_version(connection, id);
    const ConfigVars before = TRY(read_vars(connection, key_, id, version));
    ConfigVars after = before;
    for (const auto& [key, value] : set) {
      after.insert_or_assign(key, value);
    }
    for (const ConfigKey& key : unset) {
      after.erase(key);
    }
    if (after == before) {
      return version;
    }
    insert_version(connection, id, version + 1, now);
    insert_vars(connection, key_, id, version + 1, after);
    return version + 1;
  });
}

Result<int> ConfigStore::revert_to(const AppName& app, int version, SystemTime now) {
  return write_value(database_, [&](SQLite::Database& connection) -> Result<int> {
    const std::int64_t id = TRY(app_id(connection, app));
    TRY(require_version(connection, id, version));
    int newest = latest_version(connection, id);
    if (newest == version) {
      return newest;
    }
    ++newest;
    insert_version(connection, id, newest, now);
    // The context names no version, so that sealed values can be copied as they are.
    SQLite::Statement copy(connection,
                           "INSERT INTO config_vars (app_id, version, key, sealed)"
                           " SELECT app_id, ?, key, sealed FROM config_vars"
                           " WHERE app_id = ? AND version = ?");
    copy.bind(1, newest);
    copy.bind(2, id);
    copy.bind(3, version);
    copy.exec();
    return newest;
  });
}

Result<bool> ConfigStore::has_values() {
  return read_value(database_, [](SQLite::Database& connection) -> Result<bool> {
    SQLite::Statement query(connection, "SELECT 1 FROM config_vars LIMIT 1");
    return query.executeStep();
  });
}

}  // namespace minpaas::state
