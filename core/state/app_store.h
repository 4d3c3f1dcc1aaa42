#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/app/app_name.h"
#include "core/base/clock.h"
#include "core/state/database.h"

namespace minpaas::state {

struct AppRow {
  std::int64_t id = 0;
  AppName name;
  /// Chosen with apps:set; empty = detected at each build.
  std::string runtime;
  /// Empty = the server's setting.
  std::string deploy_branch;
  /// Port on the host, the same for the app's life.
  int port = 0;
  /// Set by ps:stop; a stopped app stays stopped over restarts.
  bool stopped = false;
  SystemTime created_at;
  /// When it got the name that it has.
  SystemTime named_at = {};
  /// Name of the user who has locked it against pushes and changes, and since when.
  std::optional<std::string> locked_by = std::nullopt;
  std::optional<SystemTime> locked_at = std::nullopt;
  /// Visitors see a page in its place.
  bool maintenance = false;
  /// Whether containers of two releases may run at the same time.
  bool overlap = true;
  /// How long its requests and WebSockets may take to end; absent: as the settings say.
  std::optional<seconds> drain_timeout = std::nullopt;
  /// Between SIGTERM and SIGKILL; absent: as the settings say.
  std::optional<seconds> stop_timeout = std::nullopt;
  /// The value of docker::kLabelApp on what it has in the engine, which no other app has and no
  /// rename changes: the name that it was made with where that was free.
  std::string label = {};
};

/// An app that has another name, and whose files may still have the one before.
struct RenameRow {
  AppName old_name;
  AppName name;
};

/// Thread: any.
class AppStore {
 public:
  explicit AppStore(Database& database) : database_(database) {}

  /// Creates the app with a port: derived from the name within [port_first, port_last], the next
  /// free one (not in the table, and `is_free(port)`) when taken. Errors: AlreadyExists,
  /// Unavailable (no port left). `is_free` is called outside a transaction.
  Result<AppRow> create(const AppName& name, int port_first, int port_last,
                        const std::function<bool(int)>& is_free, SystemTime now);
  /// Errors: NotFound.
  Result<AppRow> get(const AppName& name);
  Result<std::vector<AppRow>> list();
  /// The app of this label; absent: there is none.
  Result<std::optional<AppRow>> find_label(const std::string& label);
  /// Errors: NotFound.
  Result<void> set_runtime(const AppName& name, const std::string& runtime);
  Result<void> set_deploy_branch(const AppName& name, const std::string& branch);
  Result<void> set_stopped(const AppName& name, bool stopped);
  Result<void> set_maintenance(const AppName& name, bool maintenance);
  Result<void> set_overlap(const AppName& name, bool overlap);
  /// Absent: as the settings say.
  Result<void> set_drain_timeout(const AppName& name, std::optional<seconds> timeout);
  Result<void> set_stop_timeout(const AppName& name, std::optional<seconds> timeout);
  /// Errors: NotFound, Conflict (it is locked already, by whom).
  Result<void> lock(const AppName& name, const std::string& user, SystemTime now);
  /// Whether it was locked. Errors: NotFound.
  Result<bool> unlock(const AppName& name);
  /// The app has the name `to` from now on, with all that it has, and its rename is unfinished: the
  /// old name is free when it has finished. One that is unfinished can only be taken back, which is
  /// to be finished in turn. Errors: NotFound, AlreadyExists, Busy.
  Result<void> rename(const AppName& name, const AppName& to, SystemTime now);
  Result<std::vector<RenameRow>> unfinished_renames();
  /// That the files of no app may be by the name though its row has another one, or the other way
  /// round. Errors: Busy (of an unfinished rename it is the old name or the new one).
  Result<void> require_settled(const AppName& name);
  /// The files of the app have its name.
  Result<void> finish_rename(const AppName& name);
  /// Removes the app and all rows that belong to it.
  Result<void> destroy(const AppName& name);

 private:
  Database& database_;
};

/// The first port to try for an app, the same on every machine: port_first plus the FNV-1a hash (64
/// bit) of the name modulo the size of the range, which must not be empty.
int preferred_port(const AppName& name, int port_first, int port_last);

}  // namespace minpaas::state
