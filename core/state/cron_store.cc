#include "core/state/cron_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "core/state/access.h"
#include "core/state/enum_text.h"
#include "core/state/row.h"

namespace minpaas::state {
namespace {

constexpr EnumText<CronState, 6> kStates{"state of a cron run",
                                         {{{CronState::Running, "running"},
                                           {CronState::Exited, "exited"},
                                           {CronState::Skipped, "skipped"},
                                           {CronState::TimedOut, "timed_out"},
                                           {CronState::Cut, "cut"},
                                           {CronState::Failed, "failed"}}}};

void bind_end(SQLite::Statement& statement, int index, const std::optional<SystemTime>& time) {
  if (time) {
    statement.bind(index, to_column(*time));
  } else {
    statement.bind(index);
  }
}

Result<CronRun> run_from(SQLite::Statement& query) {
  auto app = TRY(app_name_from(query.getColumn(1)));
  const auto state = TRY(kStates.value(query.getColumn(7).getString()));
  return CronRun{.id = query.getColumn(0).getInt64(),
                 .app = std::move(app),
                 .entry = query.getColumn(2).getString(),
                 .schedule = query.getColumn(3).getString(),
                 .command = query.getColumn(4).getString(),
                 .started_by = query.getColumn(5).getString(),
                 .release = ReleaseNumber(query.getColumn(6).getInt()),
                 .state = state,
                 .status = optional_int_from(query.getColumn(8)),
                 .output = query.getColumn(9).getString(),
                 .started_at = time_from(query.getColumn(10)),
                 .finished_at = optional_time_from(query.getColumn(11))};
}

void remove_old(SQLite::Database& connection, std::int64_t app, const std::string& entry) {
  SQLite::Statement remove(
      connection,
      "DELETE FROM cron_runs WHERE app_id = ?1 AND entry = ?2 AND state <> 'running' AND id NOT IN"
      " (SELECT id FROM cron_runs WHERE app_id = ?1 AND entry = ?2 ORDER BY id DESC LIMIT ?3)");
  remove.bind(1, app);
  remove.bind(2, entry);
  remove.bind(3, CronStore::kKeptRuns);
  remove.exec();
}

}  // namespace

std::string_view to_string(CronState state) {
  return kStates.text(state);
}

Result<std::int64_t> CronStore::add(const CronRun& run) {
  return write_value(database_, [&](SQLite::Database& connection) -> Result<std::int64_t> {
    const auto app = TRY(app_id(connection, run.app));
    SQLite::Statement insert(connection,
                             "INSERT INTO cron_runs (app_id, entry, schedule, command, started_by,"
                             " release, state, status, output, started_at, finished_at)"
                             " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, app);
    insert.bind(2, run.entry);
    insert.bind(3, run.schedule);
    insert.bind(4, run.command);
    insert.bind(5, run.started_by);
    insert.bind(6, run.release.value());
    insert.bind(7, std::string(to_string(run.state)));
    bind_or_null(insert, 8, run.status);
    insert.bind(9, run.output);
    insert.bind(10, to_column(run.started_at));
    bind_end(insert, 11, run.finished_at);
    insert.exec();
    const std::int64_t id = connection.getLastInsertRowid();
    remove_old(connection, app, run.entry);
    return id;
  });
}

Result<void> CronStore::finish(const CronRun& run) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement update(connection,
                             "UPDATE cron_runs SET state = ?, status = ?, output = ?,"
                             " finished_at = ? WHERE id = ?");
    update.bind(1, std::string(to_string(run.state)));
    bind_or_null(update, 2, run.status);
    update.bind(3, run.output);
    bind_end(update, 4, run.finished_at);
    update.bind(5, run.id);
    update.exec();
    return {};
  });
}

Result<std::vector<CronRun>> CronStore::list(const AppName& app,
                                             const std::optional<std::string>& entry, Page page) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<std::vector<CronRun>> {
    SQLite::Statement query(connection,
                            "SELECT c.id, a.name, c.entry, c.schedule, c.command, c.started_by,"
                            " c.release, c.state, c.status, c.output, c.started_at, c.finished_at"
                            " FROM cron_runs c JOIN apps a ON a.id = c.app_id"
                            " WHERE c.app_id = ?1 AND (?2 = '' OR c.entry = ?2) AND c.id < ?4"
                            " ORDER BY c.id DESC LIMIT ?3");
    query.bind(1, TRY(app_id(connection, app)));
    query.bind(2, entry.value_or(""));
    query.bind(3, page.most);
    query.bind(4, page.before.value_or(std::numeric_limits<std::int64_t>::max()));
    std::vector<CronRun> runs;
    while (query.executeStep()) {
      runs.push_back(TRY(run_from(query)));
    }
    return runs;
  });
}

Result<int> CronStore::cut_all(SystemTime now) {
  return write_value(database_, [&](SQLite::Database& connection) -> Result<int> {
    SQLite::Statement update(connection,
                             "UPDATE cron_runs SET state = 'cut', finished_at = ?,"
                             " output = 'the server stopped' WHERE state = 'running'");
    update.bind(1, to_column(now));
    return update.exec();
  });
}

}  // namespace minpaas::state
