#include "core/state/container_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "core/state/access.h"
#include "core/state/row.h"

namespace minpaas::state {
namespace {

using Bind = std::function<Result<void>(SQLite::Database&, SQLite::Statement&)>;

/// In the order in which people read them: app, release, process type, index.
Result<std::vector<ContainerRow>> select(Database& database, std::string_view where,
                                         const Bind& bind_values) {
  return read_value(
      database, [&](SQLite::Database& connection) -> Result<std::vector<ContainerRow>> {
        std::vector<ContainerRow> rows;
        SQLite::Statement query(
            connection, fmt::format("SELECT c.id, a.name, c.release, c.process, c.position"
                                    " FROM containers c JOIN apps a ON a.id = c.app_id {}"
                                    " ORDER BY a.name, c.release, c.process, c.position, c.id",
                                    where));
        TRY(bind_values(connection, query));
        while (query.executeStep()) {
          const AppName app = TRY(app_name_from(query.getColumn(1)));
          const ProcessType process = TRY(process_from(query.getColumn(3)));
          rows.push_back(ContainerRow{.id = query.getColumn(0).getString(),
                                      .app = app,
                                      .release = ReleaseNumber(query.getColumn(2).getInt()),
                                      .process = process,
                                      .index = query.getColumn(4).getInt()});
        }
        return rows;
      });
}

}  // namespace

Result<void> ContainerStore::add(const ContainerRow& row) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement insert(connection,
                             "INSERT INTO containers (id, app_id, release, process, position)"
                             " VALUES (?, ?, ?, ?, ?)");
    insert.bind(1, row.id);
    insert.bind(2, TRY(app_id(connection, row.app)));
    insert.bind(3, row.release.value());
    insert.bind(4, row.process.str());
    insert.bind(5, row.index);
    insert.exec();
    return {};
  });
}

Result<void> ContainerStore::remove(const std::string& id) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement remove(connection, "DELETE FROM containers WHERE id = ?");
    remove.bind(1, id);
    remove.exec();
    return {};
  });
}

Result<std::vector<ContainerRow>> ContainerStore::of_release(const AppName& app,
                                                             ReleaseNumber release) {
  return select(database_, "WHERE c.app_id = ? AND c.release = ?",
                [&](SQLite::Database& connection, SQLite::Statement& query) -> Result<void> {
                  query.bind(1, TRY(app_id(connection, app)));
                  query.bind(2, release.value());
                  return {};
                });
}

Result<std::vector<ContainerRow>> ContainerStore::of_app(const AppName& app) {
  return select(database_, "WHERE c.app_id = ?",
                [&](SQLite::Database& connection, SQLite::Statement& query) -> Result<void> {
                  query.bind(1, TRY(app_id(connection, app)));
                  return {};
                });
}

}  // namespace minpaas::state
