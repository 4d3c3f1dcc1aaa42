#include "core/state/grant_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "core/state/access.h"
#include "core/state/row.h"
#include "core/state/user_store.h"

namespace minpaas::state {
namespace {

Result<AppRight> right_from(const std::string& word) {
  const auto right = app_right_from(word);
  return right ? Result<AppRight>(*right)
               : Error{ErrorCode::Corrupt, "the database holds an unknown right", "", word};
}

}  // namespace

Result<std::optional<AppRight>> GrantStore::find(const AppName& app, std::int64_t user_id) {
  using Found = std::optional<AppRight>;
  return read_value(database_, [&](SQLite::Database& connection) -> Result<Found> {
    SQLite::Statement query(connection,
                            "SELECT g.right_name FROM grants g JOIN apps a ON a.id = g.app_id"
                            " WHERE a.name = ? AND g.user_id = ?");
    query.bind(1, app.str());
    query.bind(2, user_id);
    if (!query.executeStep()) {
      return Found();
    }
    return Found(TRY(right_from(query.getColumn(0).getString())));
  });
}

Result<std::map<AppName, AppRight>> GrantStore::of_user(std::int64_t user_id) {
  using Found = std::map<AppName, AppRight>;
  return read_value(database_, [&](SQLite::Database& connection) -> Result<Found> {
    SQLite::Statement query(connection,
                            "SELECT a.name, g.right_name FROM grants g"
                            " JOIN apps a ON a.id = g.app_id WHERE g.user_id = ?");
    query.bind(1, user_id);
    Found found;
    while (query.executeStep()) {
      const AppName app = TRY(app_name_from(query.getColumn(0)));
      const AppRight right = TRY(right_from(query.getColumn(1).getString()));
      found.emplace(app, right);
    }
    return found;
  });
}

Result<std::vector<GrantRow>> GrantStore::of_app(const AppName& app) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<std::vector<GrantRow>> {
    SQLite::Statement query(connection,
                            "SELECT u.name, g.right_name, g.granted_by, g.created_at FROM grants g"
                            " JOIN users u ON u.id = g.user_id WHERE g.app_id = ? ORDER BY u.name");
    query.bind(1, TRY(app_id(connection, app)));
    std::vector<GrantRow> rows;
    while (query.executeStep()) {
      const AppRight right = TRY(right_from(query.getColumn(1).getString()));
      rows.push_back({query.getColumn(0).getString(), right, query.getColumn(2).getString(),
                      time_from(query.getColumn(3))});
    }
    return rows;
  });
}

Result<void> GrantStore::put(const AppName& app, const GrantRow& grant) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    const auto app_row = TRY(app_id(connection, app));
    const auto user_row = TRY(user_id(connection, grant.user));
    SQLite::Statement put(connection,
                          "INSERT INTO grants (app_id, user_id, right_name, granted_by, created_at)"
                          " VALUES (?, ?, ?, ?, ?) ON CONFLICT (app_id, user_id) DO UPDATE SET"
                          " right_name = ?3, granted_by = ?4, created_at = ?5");
    put.bind(1, app_row);
    put.bind(2, user_row);
    put.bind(3, std::string(to_string(grant.right)));
    put.bind(4, grant.granted_by);
    put.bind(5, to_column(grant.created_at));
    put.exec();
    return {};
  });
}

Result<bool> GrantStore::remove(const AppName& app, const std::string& user) {
  return write_value(database_, [&](SQLite::Database& connection) -> Result<bool> {
    const auto app_row = TRY(app_id(connection, app));
    const auto user_row = TRY(user_id(connection, user));
    SQLite::Statement remove(connection, "DELETE FROM grants WHERE app_id = ? AND user_id = ?");
    remove.bind(1, app_row);
    remove.bind(2, user_row);
    return remove.exec() > 0;
  });
}

}  // namespace minpaas::state
