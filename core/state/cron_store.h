#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/app_name.h"
#include "core/app/release.h"
#include "core/base/clock.h"
#include "core/state/database.h"
#include "core/state/page.h"

namespace minpaas::state {

enum class CronState {
  Running,
  /// By itself, with `status`.
  Exited,
  /// The one before it had not ended.
  Skipped,
  TimedOut,
  /// The server, or the person who waited for it, was gone.
  Cut,
  /// The engine could not run it.
  Failed,
};
std::string_view to_string(CronState state);

struct CronRun {
  std::int64_t id = 0;
  AppName app;
  std::string entry;
  std::string schedule;
  std::string command;
  /// Empty: the clock.
  std::string started_by = {};
  ReleaseNumber release{1};
  CronState state = CronState::Running;
  std::optional<int> status = std::nullopt;
  /// Its last lines, or why it did not run.
  std::string output = {};
  SystemTime started_at = {};
  std::optional<SystemTime> finished_at = std::nullopt;
};

/// The history of commands that run by the clock: the newest of each entry. Thread: any.
class CronStore {
 public:
  static constexpr int kKeptRuns = 50;

  explicit CronStore(Database& database) : database_(database) {}

  /// Its id is given here and returned. Older ones beyond kKeptRuns of the entry go. Errors:
  /// NotFound (the app).
  Result<std::int64_t> add(const CronRun& run);
  /// Its state, status, output and end. Gone already counts as done.
  Result<void> finish(const CronRun& run);
  /// Newest first; of one entry, or of all.
  Result<std::vector<CronRun>> list(const AppName& app, const std::optional<std::string>& entry,
                                    Page page);
  /// What still runs was cut off with the server; returns how many.
  Result<int> cut_all(SystemTime now);

 private:
  Database& database_;
};

}  // namespace minpaas::state
