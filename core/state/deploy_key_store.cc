#include "core/state/deploy_key_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "core/state/access.h"
#include "core/state/row.h"

namespace minpaas::state {
namespace {

/// What the sealed text is bound to.
std::string context_of(std::int64_t app) {
  return fmt::format("deploy_key/{}", app);
}

}  // namespace

Result<std::optional<DeployKeyRow>> DeployKeyStore::of_app(const AppName& app) {
  using Found = std::optional<DeployKeyRow>;
  return read_value(database_, [&](SQLite::Database& connection) -> Result<Found> {
    const std::int64_t id = TRY(app_id(connection, app));
    SQLite::Statement query(connection,
                            "SELECT public_key, sealed, known_hosts, created_at FROM deploy_keys"
                            " WHERE app_id = ?");
    query.bind(1, id);
    if (!query.executeStep()) {
      return Found();
    }
    auto plain = key_.decrypt(query.getColumn(1).getString(), context_of(id));
    if (!plain) {
      return plain.error().with_context(fmt::format("the deploy key of {}", app.str()));
    }
    return Found(DeployKeyRow{.public_key = query.getColumn(0).getString(),
                              .private_key = Secret(*std::move(plain)),
                              .known_hosts = query.getColumn(2).getString(),
                              .created_at = time_from(query.getColumn(3))});
  });
}

Result<void> DeployKeyStore::put(const AppName& app, const DeployKeyRow& row) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    const std::int64_t id = TRY(app_id(connection, app));
    const std::string sealed = key_.encrypt(row.private_key.reveal(), context_of(id));
    SQLite::Statement insert(connection,
                             "INSERT OR REPLACE INTO deploy_keys (app_id, public_key, sealed,"
                             " known_hosts, created_at) VALUES (?, ?, ?, ?, ?)");
    insert.bind(1, id);
    insert.bind(2, row.public_key);
    insert.bind(3, sealed.data(), static_cast<int>(sealed.size()));
    insert.bind(4, row.known_hosts);
    insert.bind(5, to_column(row.created_at));
    insert.exec();
    return {};
  });
}

Result<void> DeployKeyStore::set_known_hosts(const AppName& app, const std::string& known_hosts) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement update(connection, "UPDATE deploy_keys SET known_hosts = ? WHERE app_id = ?");
    update.bind(1, known_hosts);
    update.bind(2, TRY(app_id(connection, app)));
    update.exec();
    return {};
  });
}

Result<bool> DeployKeyStore::has_values() {
  return read_value(database_, [](SQLite::Database& connection) -> Result<bool> {
    SQLite::Statement query(connection, "SELECT 1 FROM deploy_keys LIMIT 1");
    return query.executeStep();
  });
}

}  // namespace minpaas::state
