#include "core/state/build_secret_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "core/base/text.h"
#include "core/state/access.h"
#include "core/state/row.h"

namespace minpaas::state {
namespace {

/// What a sealed value is bound to, as that of a config var.
std::string context_of(std::int64_t app, const ConfigKey& key) {
  return fmt::format("build-secret/{}/{}", app, key.str());
}

std::string scope(const SecretKey& key, std::string_view what, std::string_view of) {
  constexpr std::size_t kBytes = 16;
  const std::string tag = key.tag(what, of);
  return to_hex({reinterpret_cast<const unsigned char*>(tag.data()), kBytes});
}

Error no_such_secret(const AppName& app, const ConfigKey& key) {
  return {ErrorCode::NotFound, fmt::format("{} has no build secret {}", app.str(), key.str()),
          fmt::format("list them: build-secrets {}", app.str()), ""};
}

}  // namespace

Result<std::vector<BuildSecretRow>> BuildSecretStore::of_app(const AppName& app) {
  using Rows = std::vector<BuildSecretRow>;
  return read_value(database_, [&](SQLite::Database& connection) -> Result<Rows> {
    SQLite::Statement query(connection,
                            "SELECT key, set_at, set_by FROM build_secrets WHERE app_id = ?"
                            " ORDER BY key");
    query.bind(1, TRY(app_id(connection, app)));
    Rows rows;
    while (query.executeStep()) {
      ConfigKey key = TRY(ConfigKey::parse(query.getColumn(0).getString()));
      rows.push_back(
          {std::move(key), time_from(query.getColumn(1)), query.getColumn(2).getString()});
    }
    return rows;
  });
}

Result<ConfigVars> BuildSecretStore::values(const AppName& app) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<ConfigVars> {
    const auto id = TRY(app_id(connection, app));
    SQLite::Statement query(connection, "SELECT key, sealed FROM build_secrets WHERE app_id = ?");
    query.bind(1, id);
    ConfigVars values;
    while (query.executeStep()) {
      const ConfigKey key = TRY(ConfigKey::parse(query.getColumn(0).getString()));
      auto value = key_.decrypt(query.getColumn(1).getString(), context_of(id, key));
      if (!value) {
        return value.error().with_context(key.str());
      }
      values.emplace(key, Secret(*std::move(value)));
    }
    return values;
  });
}

Result<CacheScopes> BuildSecretStore::cache_scopes(const AppName& app, const ConfigVars& values) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<CacheScopes> {
    std::string text = fmt::format("{}", TRY(app_id(connection, app)));
    CacheScopes scopes{scope(key_, "cache-mounts", text), ""};
    for (const auto& [key, value] : values) {
      text += fmt::format("/{}:{}:{}", key.str(), value.reveal().size(), value.reveal());
    }
    scopes.steps = values.empty() ? "" : scope(key_, "cached-steps", text);
    return scopes;
  });
}

Result<void> BuildSecretStore::set(const AppName& app, const ConfigVars& values,
                                   const std::string& actor, SystemTime now) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    const auto id = TRY(app_id(connection, app));
    SQLite::Statement insert(connection,
                             "INSERT INTO build_secrets (app_id, key, sealed, set_at, set_by)"
                             " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                             " sealed = excluded.sealed, set_at = excluded.set_at,"
                             " set_by = excluded.set_by");
    for (const auto& [key, value] : values) {
      const std::string sealed = key_.encrypt(value.reveal(), context_of(id, key));
      insert.reset();
      insert.bind(1, id);
      insert.bind(2, key.str());
      insert.bind(3, sealed.data(), static_cast<int>(sealed.size()));
      insert.bind(4, to_column(now));
      insert.bind(5, actor);
      insert.exec();
    }
    return {};
  });
}

Result<void> BuildSecretStore::unset(const AppName& app, const std::vector<ConfigKey>& keys) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    const auto id = TRY(app_id(connection, app));
    SQLite::Statement remove(connection, "DELETE FROM build_secrets WHERE app_id = ? AND key = ?");
    for (const ConfigKey& key : keys) {
      remove.reset();
      remove.bind(1, id);
      remove.bind(2, key.str());
      if (remove.exec() == 0) {
        return no_such_secret(app, key);
      }
    }
    return {};
  });
}

Result<bool> BuildSecretStore::has_values() {
  return read_value(database_, [](SQLite::Database& connection) -> Result<bool> {
    SQLite::Statement query(connection, "SELECT 1 FROM build_secrets LIMIT 1");
    return query.executeStep();
  });
}

}  // namespace minpaas::state
