#include "core/state/domain_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "core/state/access.h"
#include "core/state/row.h"

namespace minpaas::state {
namespace {

Result<HostName> host_from(const SQLite::Column& column) {
  auto host = HostName::parse(column.getString());
  if (!host) {
    return Error{ErrorCode::Corrupt, "the database holds an unknown host name", "",
                 column.getString()};
  }
  return host;
}

}  // namespace

Result<std::vector<DomainRow>> DomainStore::of_app(const AppName& app) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<std::vector<DomainRow>> {
    SQLite::Statement query(connection,
                            "SELECT host, added_at FROM domains WHERE app_id = ?"
                            " ORDER BY host");
    query.bind(1, TRY(app_id(connection, app)));
    std::vector<DomainRow> rows;
    while (query.executeStep()) {
      HostName host = TRY(host_from(query.getColumn(0)));
      rows.push_back({app, std::move(host), time_from(query.getColumn(1))});
    }
    return rows;
  });
}

Result<std::optional<AppName>> DomainStore::owner(const HostName& host) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<std::optional<AppName>> {
    SQLite::Statement query(connection,
                            "SELECT apps.name FROM domains JOIN apps ON apps.id = app_id"
                            " WHERE host = ?");
    query.bind(1, host.str());
    if (!query.executeStep()) {
      return std::optional<AppName>();
    }
    return std::optional<AppName>(TRY(app_name_from(query.getColumn(0))));
  });
}

Result<void> DomainStore::add(const AppName& app, const std::vector<HostName>& hosts,
                              SystemTime now) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    const auto id = TRY(app_id(connection, app));
    for (const HostName& host : hosts) {
      SQLite::Statement insert(connection,
                               "INSERT INTO domains (host, app_id, added_at) VALUES (?, ?, ?)"
                               " ON CONFLICT (host) DO UPDATE SET host = host"
                               " WHERE app_id = excluded.app_id");
      insert.bind(1, host.str());
      insert.bind(2, id);
      insert.bind(3, to_column(now));
      if (insert.exec() == 0) {
        return Error{ErrorCode::Conflict, fmt::format("{} belongs to another app", host.str()), "",
                     ""};
      }
    }
    return {};
  });
}

Result<void> DomainStore::remove(const AppName& app, const std::vector<HostName>& hosts) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    const auto id = TRY(app_id(connection, app));
    for (const HostName& host : hosts) {
      SQLite::Statement remove(connection, "DELETE FROM domains WHERE host = ? AND app_id = ?");
      remove.bind(1, host.str());
      remove.bind(2, id);
      remove.exec();
    }
    return {};
  });
}

}  // namespace minpaas::state
