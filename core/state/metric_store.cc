#include "core/state/metric_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "core/state/access.h"

namespace minpaas::state {
namespace {

/// Columns from which durations_from reads; rows in which `duration` is NULL do not count.
std::string columns_of(std::string_view duration) {
  std::string columns = fmt::format("count({0}), coalesce(sum({0}), 0)", duration);
  for (const int step : Durations::kSteps) {
    columns += fmt::format(", count(*) FILTER (WHERE {} <= {}000000)", duration, step);
  }
  return columns;
}

Durations durations_from(SQLite::Statement& query, int first) {
  Durations durations{query.getColumn(first).getInt64(),
                      std::chrono::microseconds(query.getColumn(first + 1).getInt64())};
  for (std::size_t step = 0; step < durations.within.size(); ++step) {
    durations.within[step] = query.getColumn(first + 2 + static_cast<int>(step)).getInt64();
  }
  return durations;
}

std::string ended_query() {
  return fmt::format(
      "SELECT kind, stage, {} FROM deploys"
      " WHERE finished_at IS NOT NULL GROUP BY kind, stage ORDER BY kind, stage",
      columns_of("(finished_at - created_at)"));
}

}  // namespace

Result<DeployNumbers> MetricStore::deploys() {
  return read_value(database_, [](SQLite::Database& connection) -> Result<DeployNumbers> {
    DeployNumbers numbers;
    SQLite::Statement ended(connection, ended_query());
    while (ended.executeStep()) {
      numbers.ended.push_back({ended.getColumn(0).getString(), ended.getColumn(1).getString(),
                               durations_from(ended, 2)});
    }
    SQLite::Statement builds(connection,
                             fmt::format("SELECT {} FROM deploys", columns_of("build_time")));
    builds.executeStep();
    numbers.builds = durations_from(builds, 0);
    SQLite::Statement open(connection,
                           "SELECT count(*) FILTER (WHERE stage = 'queued'),"
                           " count(*) FILTER (WHERE stage <> 'queued')"
                           " FROM deploys WHERE finished_at IS NULL");
    open.executeStep();
    numbers.waiting = open.getColumn(0).getInt64();
    numbers.at_work = open.getColumn(1).getInt64();
    return numbers;
  });
}

}  // namespace minpaas::state
