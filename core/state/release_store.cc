#include "core/state/release_store.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <limits>

#include "core/state/access.h"
#include "core/state/row.h"

namespace minpaas::state {
namespace {

constexpr const char* kSelect =
    "SELECT number, state, image, commit_oid, config_version, runtime, internal_port, description,"
    " actor, created_at, app_id, manifest FROM releases";

Result<void> read_processes(SQLite::Database& connection, std::int64_t app, Release& release) {
  SQLite::Statement query(connection,
                          "SELECT process, command, quantity FROM release_processes"
                          " WHERE app_id = ? AND release = ?");
  query.bind(1, app);
  query.bind(2, release.number.value());
  while (query.executeStep()) {
    const ProcessType process = TRY(process_from(query.getColumn(0)));
    if (!query.getColumn(1).isNull()) {
      release.processes.emplace(process, query.getColumn(1).getString());
    }
    if (!query.getColumn(2).isNull()) {
      release.formation.emplace(process, query.getColumn(2).getInt());
    }
  }
  return {};
}

/// The row that `query` (kSelect) stands on.
Result<Release> release_from(SQLite::Database& connection, SQLite::Statement& query,
                             const AppName& app) {
  const ReleaseState state = TRY(parse_release_state(query.getColumn(1).getString()));
  const auto commit = TRY(oid_from(query.getColumn(3)));
  const auto manifest = TRY(manifest_from(query.getColumn(11)));
  Release release{.app = app,
                  .number = ReleaseNumber(query.getColumn(0).getInt()),
                  .state = state,
                  .image = ImageId{query.getColumn(2).getString()},
                  .commit = commit,
                  .config_version = query.getColumn(4).getInt(),
                  .runtime = query.getColumn(5).getString(),
                  .internal_port = query.getColumn(6).getInt(),
                  .processes = {},
                  .formation = {},
                  .description = query.getColumn(7).getString(),
                  .actor = query.getColumn(8).getString(),
                  .created_at = time_from(query.getColumn(9)),
                  .manifest = manifest};
  TRY(read_processes(connection, query.getColumn(10).getInt64(), release));
  return release;
}

Result<Release> select(SQLite::Database& connection, const AppName& app, ReleaseNumber number) {
  SQLite::Statement query(connection, fmt::format("{} WHERE app_id = ? AND number = ?", kSelect));
  query.bind(1, TRY(app_id(connection, app)));
  query.bind(2, number.value());
  if (!query.executeStep()) {
    return Error{ErrorCode::NotFound,
                 fmt::format("there is no release {} of '{}'", number.str(), app.str()),
                 fmt::format("`releases {}` lists them", app.str()), ""};
  }
  return release_from(connection, query, app);
}

int next_number(SQLite::Database& connection, std::int64_t app) {
  SQLite::Statement query(connection,
                          "SELECT coalesce(max(number), 0) + 1 FROM releases WHERE app_id = ?");
  query.bind(1, app);
  query.executeStep();
  return query.getColumn(0).getInt();
}

void insert_release(SQLite::Database& connection, std::int64_t app, const Release& release) {
  SQLite::Statement insert(
      connection,
      "INSERT INTO releases (app_id, number, state, image, commit_oid, config_version, runtime,"
      " internal_port, description, actor, created_at, manifest)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, app);
  insert.bind(2, release.number.value());
  insert.bind(3, std::string(to_string(release.state)));
  insert.bind(4, release.image.value);
  bind_or_null(insert, 5, release.commit);
  insert.bind(6, release.config_version);
  insert.bind(7, release.runtime);
  insert.bind(8, release.internal_port);
  insert.bind(9, release.description);
  insert.bind(10, release.actor);
  insert.bind(11, to_column(release.created_at));
  insert.bind(12, to_json(release.manifest));
  insert.exec();
}

/// A row for each process type that has a command, a quantity, or both.
void insert_processes(SQLite::Database& connection, std::int64_t app, const Release& release) {
  Formation all = release.formation;
  for (const auto& [process, command] : release.processes) {
    all.emplace(process, 0);
  }
  SQLite::Statement insert(connection,
                           "INSERT INTO release_processes (app_id, release, process, command,"
                           " quantity) VALUES (?, ?, ?, ?, ?)");
  for (const auto& [process, quantity] : all) {
    insert.reset();
    insert.clearBindings();
    insert.bind(1, app);
    insert.bind(2, release.number.value());
    insert.bind(3, process.str());
    if (const auto found = release.processes.find(process); found != release.processes.end()) {
      insert.bind(4, found->second);
    }
    if (release.formation.count(process) != 0) {
      insert.bind(5, quantity);
    }
    insert.exec();
  }
}

/// Errors: NotFound, Conflict (no legal move).
Result<void> move(SQLite::Database& connection, const Release& release, ReleaseState to) {
  if (!may_move(release.state, to)) {
    return Error{ErrorCode::Conflict,
                 fmt::format("release {} of '{}' is {} and cannot become {}", release.number.str(),
                             release.app.str(), to_string(release.state), to_string(to)),
                 "", ""};
  }
  SQLite::Statement update(connection,
                           "UPDATE releases SET state = ? WHERE app_id = ? AND number = ?");
  update.bind(1, std::string(to_string(to)));
  update.bind(2, TRY(app_id(connection, release.app)));
  update.bind(3, release.number.value());
  update.exec();
  return {};
}

void mark_running(SQLite::Database& connection, std::int64_t app) {
  SQLite::Statement update(connection, "UPDATE apps SET stopped = 0 WHERE id = ?");
  update.bind(1, app);
  update.exec();
}

void set_runtime(SQLite::Database& connection, std::int64_t app, const std::string& runtime) {
  SQLite::Statement update(connection, "UPDATE apps SET runtime = ? WHERE id = ?");
  update.bind(1, runtime);
  update.bind(2, app);
  update.exec();
}

Result<std::optional<Release>> select_live(SQLite::Database& connection, const AppName& app) {
  SQLite::Statement query(connection,
                          fmt::format("{} WHERE app_id = ? AND state = 'live'", kSelect));
  query.bind(1, TRY(app_id(connection, app)));
  if (!query.executeStep()) {
    return std::optional<Release>();
  }
  return std::optional(TRY(release_from(connection, query, app)));
}

using LiveByApp = std::unordered_map<std::int64_t, LiveSummary>;

void add_live_releases(SQLite::Database& connection, LiveByApp& all) {
  SQLite::Statement query(connection,
                          "SELECT r.app_id, r.number, r.runtime, total(p.quantity) > 0,"
                          " max(p.process = 'web' AND p.quantity = 0) FROM releases r LEFT JOIN"
                          " release_processes p ON p.app_id = r.app_id AND p.release = r.number"
                          " WHERE r.state = 'live' GROUP BY r.app_id");
  while (query.executeStep()) {
    LiveSummary& live = all[query.getColumn(0).getInt64()];
    live.number = ReleaseNumber(query.getColumn(1).getInt());
    live.runtime = query.getColumn(2).getString();
    live.wants_containers = query.getColumn(3).getInt() != 0;
    live.is_without_web = query.getColumn(4).getInt() != 0;
  }
}

void add_containers(SQLite::Database& connection, LiveByApp& all) {
  SQLite::Statement query(connection,
                          "SELECT app_id, release, process = 'web', id FROM containers");
  while (query.executeStep()) {
    const auto live = all.find(query.getColumn(0).getInt64());
    // Another release may have become live since the first query.
    if (live == all.end() || live->second.number.value() != query.getColumn(1).getInt()) {
      continue;
    }
    if (live->second.is_without_web || query.getColumn(2).getInt() != 0) {
      live->second.serving.push_back(query.getColumn(3).getString());
    }
  }
}

}  // namespace

Result<Release> ReleaseStore::add(const Release& release) {
  return write_value(database_, [&](SQLite::Database& connection) -> Result<Release> {
    const std::int64_t app = TRY(app_id(connection, release.app));
    Release stored = release;
    stored.state = ReleaseState::Pending;
    stored.number = ReleaseNumber(next_number(connection, app));
    insert_release(connection, app, stored);
    insert_processes(connection, app, stored);
    return stored;
  });
}

Result<Release> ReleaseStore::get(const AppName& app, ReleaseNumber number) {
  return read_value(database_,
                    [&](SQLite::Database& connection) { return select(connection, app, number); });
}

Result<std::optional<Release>> ReleaseStore::live(const AppName& app) {
  return read_value(database_,
                    [&](SQLite::Database& connection) { return select_live(connection, app); });
}

Result<std::unordered_map<std::int64_t, LiveSummary>> ReleaseStore::all_live() {
  return read_value(database_, [](SQLite::Database& connection) -> Result<LiveByApp> {
    LiveByApp all;
    add_live_releases(connection, all);
    add_containers(connection, all);
    return all;
  });
}

Result<std::optional<Release>> ReleaseStore::before_live(const AppName& app) {
  using Found = std::optional<Release>;
  return read_value(database_, [&](SQLite::Database& connection) -> Result<Found> {
    SQLite::Statement query(connection,
                            fmt::format("{} WHERE app_id = ?1 AND state = 'superseded' AND number <"
                                        " (SELECT number FROM releases WHERE app_id = ?1"
                                        " AND state = 'live') ORDER BY number DESC LIMIT 1",
                                        kSelect));
    query.bind(1, TRY(app_id(connection, app)));
    if (!query.executeStep()) {
      return Found();
    }
    return Found(TRY(release_from(connection, query, app)));
  });
}

Result<std::vector<Release>> ReleaseStore::list(const AppName& app, Page page) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<std::vector<Release>> {
    std::vector<Release> releases;
    SQLite::Statement query(
        connection,
        fmt::format("{} WHERE app_id = ? AND number < ? ORDER BY number DESC LIMIT ?", kSelect));
    query.bind(1, TRY(app_id(connection, app)));
    query.bind(2, page.before.value_or(std::numeric_limits<std::int64_t>::max()));
    query.bind(3, page.most);
    while (query.executeStep()) {
      releases.push_back(TRY(release_from(connection, query, app)));
    }
    return releases;
  });
}

Result<void> ReleaseStore::make_live(const AppName& app, ReleaseNumber number,
                                     const Succession& succession) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    const Release next = TRY(select(connection, app, number));
    const auto before = TRY(select_live(connection, app));
    if (before && before->number != number) {
      TRY(move(connection, *before, ReleaseState::Superseded));
    }
    TRY(move(connection, next, ReleaseState::Live));
    const std::int64_t id = TRY(app_id(connection, app));
    SQLite::Statement adopt(connection,
                            "UPDATE containers SET release = ? WHERE app_id = ? AND id = ?");
    for (const std::string& container : succession.kept) {
      adopt.reset();
      adopt.bind(1, number.value());
      adopt.bind(2, id);
      adopt.bind(3, container);
      adopt.exec();
    }
    if (!succession.stays_stopped) {
      mark_running(connection, id);
    }
    if (succession.runtime) {
      set_runtime(connection, id, *succession.runtime);
    }
    return {};
  });
}

Result<void> ReleaseStore::renew(const AppName& app, std::int64_t deploy,
                                 const std::vector<std::string>& retired) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    const std::int64_t id = TRY(app_id(connection, app));
    SQLite::Statement forget(connection, "DELETE FROM containers WHERE app_id = ? AND id = ?");
    for (const std::string& container : retired) {
      forget.reset();
      forget.bind(1, id);
      forget.bind(2, container);
      forget.exec();
    }
    SQLite::Statement journal(connection,
                              "UPDATE deploys SET release = (SELECT number FROM releases"
                              " WHERE app_id = ?1 AND state = 'live') WHERE id = ?2");
    journal.bind(1, id);
    journal.bind(2, deploy);
    journal.exec();
    mark_running(connection, id);
    return {};
  });
}

Result<void> ReleaseStore::mark_failed(const AppName& app, ReleaseNumber number) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    const Release release = TRY(select(connection, app, number));
    return move(connection, release, ReleaseState::Failed);
  });
}

Result<std::vector<ImageId>> ReleaseStore::images(const AppName& app) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<std::vector<ImageId>> {
    std::vector<ImageId> images;
    SQLite::Statement query(connection,
                            "SELECT image FROM releases WHERE app_id = ?"
                            " AND state IN ('live', 'superseded')"
                            " GROUP BY image ORDER BY max(number) DESC");
    query.bind(1, TRY(app_id(connection, app)));
    while (query.executeStep()) {
      images.push_back(ImageId{query.getColumn(0).getString()});
    }
    return images;
  });
}

}  // namespace minpaas::state
