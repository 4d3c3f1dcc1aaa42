#include "core/state/deploy_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <limits>

#include "core/state/access.h"
#include "core/state/deploy_row.h"
#include "core/state/row.h"

namespace minpaas::state {
namespace {

std::string select_where(std::string_view rest) {
  return fmt::format("SELECT {} FROM deploys d JOIN apps a ON a.id = d.app_id {}", kDeployColumns,
                     rest);
}

Error no_such_deploy(std::int64_t id) {
  return {ErrorCode::NotFound, fmt::format("there is no deploy {}", id), "", ""};
}

Result<DeployRow> select(SQLite::Database& connection, std::int64_t id) {
  SQLite::Statement query(connection, select_where("WHERE d.id = ?"));
  query.bind(1, id);
  if (!query.executeStep()) {
    return no_such_deploy(id);
  }
  return deploy_from(query);
}

Result<std::vector<DeployRow>> all_rows(SQLite::Statement& query) {
  std::vector<DeployRow> rows;
  while (query.executeStep()) {
    rows.push_back(TRY(deploy_from(query)));
  }
  return rows;
}

Result<void> require_move(SQLite::Database& connection, std::int64_t id, DeployStage to) {
  const DeployStage from = TRY(select(connection, id)).stage;
  if (!may_move(from, to)) {
    return Error{
        ErrorCode::Conflict,
        fmt::format("deploy {} is {} and cannot become {}", id, to_string(from), to_string(to)), "",
        ""};
  }
  return {};
}

/// One UPDATE of one column. Errors: NotFound.
template <typename Value>
Result<void> update(Database& database, const char* statement, std::int64_t id,
                    const Value& value) {
  return database.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement change(connection, statement);
    change.bind(1, value);
    change.bind(2, id);
    if (change.exec() == 0) {
      return no_such_deploy(id);
    }
    return {};
  });
}

}  // namespace

Result<std::int64_t> DeployStore::add(const DeployRow& row) {
  return write_value(database_, [&](SQLite::Database& connection) -> Result<std::int64_t> {
    SQLite::Statement insert(
        connection,
        "INSERT INTO deploys (app_id, kind, stage, commit_oid, ref, ref_old, release, image,"
        " config_before, actor, note, reason, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)");
    insert.bind(1, TRY(app_id(connection, row.app)));
    insert.bind(2, std::string(to_string(row.kind)));
    insert.bind(3, std::string(to_string(DeployStage::Queued)));
    bind_or_null(insert, 4, row.commit);
    insert.bind(5, row.ref);
    bind_or_null(insert, 6, row.ref_old);
    bind_or_null(insert, 7, row.release ? std::optional(row.release->value()) : std::nullopt);
    insert.bind(8, row.image);
    bind_or_null(insert, 9, row.config_before);
    insert.bind(10, row.actor);
    insert.bind(11, row.note);
    insert.bind(12, to_column(row.created_at));
    insert.exec();
    return connection.getLastInsertRowid();
  });
}

Result<DeployRow> DeployStore::get(std::int64_t id) {
  return read_value(database_,
                    [&](SQLite::Database& connection) { return select(connection, id); });
}

Result<void> DeployStore::enter(std::int64_t id, DeployStage stage) {
  if (is_final(stage)) {
    // It would end without a time and a reason.
    return Error{ErrorCode::Internal, fmt::format("deploy {} must be finished, not moved", id), "",
                 std::string(to_string(stage))};
  }
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    TRY(require_move(connection, id, stage));
    SQLite::Statement change(connection, "UPDATE deploys SET stage = ? WHERE id = ?");
    change.bind(1, std::string(to_string(stage)));
    change.bind(2, id);
    change.exec();
    return {};
  });
}

Result<void> DeployStore::set_release(std::int64_t id, ReleaseNumber release) {
  return update(database_, "UPDATE deploys SET release = ? WHERE id = ?", id, release.value());
}

Result<void> DeployStore::set_image(std::int64_t id, const std::string& image) {
  return update(database_, "UPDATE deploys SET image = ? WHERE id = ?", id, image);
}

Result<void> DeployStore::set_build_time(std::int64_t id, std::chrono::microseconds took) {
  return update(database_, "UPDATE deploys SET build_time = ? WHERE id = ?", id,
                static_cast<std::int64_t>(took.count()));
}

Result<void> DeployStore::set_config_before(std::int64_t id, int version) {
  return update(database_, "UPDATE deploys SET config_before = ? WHERE id = ?", id, version);
}

Result<void> DeployStore::finish(std::int64_t id, DeployStage stage, const std::string& reason,
                                 SystemTime now) {
  if (!is_final(stage)) {
    return Error{ErrorCode::Internal, fmt::format("deploy {} is not finished by this", id), "",
                 std::string(to_string(stage))};
  }
  const auto finished = database_.write([&](SQLite::Database& connection) -> Result<void> {
    TRY(require_move(connection, id, stage));
    SQLite::Statement change(connection,
                             "UPDATE deploys SET stage = ?, reason = ?, finished_at = ?"
                             " WHERE id = ?");
    change.bind(1, std::string(to_string(stage)));
    change.bind(2, reason);
    change.bind(3, to_column(now));
    change.bind(4, id);
    change.exec();
    return {};
  });
  unstored_.with([&](std::map<std::int64_t, DeployEnd>& ends) {
    const bool can_be_stored = !finished && finished.error().code != ErrorCode::Conflict &&
                               finished.error().code != ErrorCode::NotFound;
    if (can_be_stored) {
      ends.insert_or_assign(id, DeployEnd{stage, reason});
    } else {
      ends.erase(id);
    }
  });
  return finished;
}

std::optional<DeployEnd> DeployStore::unstored_end(std::int64_t id) const {
  return unstored_.with(
      [id](const std::map<std::int64_t, DeployEnd>& ends) -> std::optional<DeployEnd> {
        const auto found = ends.find(id);
        return found == ends.end() ? std::nullopt : std::optional(found->second);
      });
}

Result<std::vector<DeployRow>> DeployStore::list(const AppName& app, Page page) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<std::vector<DeployRow>> {
    SQLite::Statement query(
        connection, select_where("WHERE d.app_id = ? AND d.id < ? ORDER BY d.id DESC LIMIT ?"));
    query.bind(1, TRY(app_id(connection, app)));
    query.bind(2, page.before.value_or(std::numeric_limits<std::int64_t>::max()));
    query.bind(3, page.most);
    return all_rows(query);
  });
}

Result<std::vector<DeployRow>> DeployStore::unfinished() {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<std::vector<DeployRow>> {
    SQLite::Statement query(connection, select_where("WHERE d.finished_at IS NULL ORDER BY d.id"));
    return all_rows(query);
  });
}

}  // namespace minpaas::state
