#include "core/state/metric_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "core/state/access.h"

namespace minpaas::state {
namespace {

std::string ended_query() {
  std::string columns;
  for (const int step : DeployTotals::kSteps) {
    columns += fmt::format(", count(*) FILTER (WHERE finished_at - created_at <= {}000000)", step);
  }
  return fmt::format(
      "SELECT kind, stage, count(*), sum(finished_at - created_at){} FROM deploys"
      " WHERE finished_at IS NOT NULL GROUP BY kind, stage ORDER BY kind, stage",
      columns);
}

}  // namespace

Result<DeployNumbers> MetricStore::deploys() {
  return read_value(database_, [](SQLite::Database& connection) -> Result<DeployNumbers> {
    DeployNumbers numbers;
    SQLite::Statement ended(connection, ended_query());
    while (ended.executeStep()) {
      DeployTotals totals{ended.getColumn(0).getString(), ended.getColumn(1).getString(),
                          ended.getColumn(2).getInt64(),
                          std::chrono::microseconds(ended.getColumn(3).getInt64())};
      for (std::size_t step = 0; step < totals.within.size(); ++step) {
        totals.within[step] = ended.getColumn(static_cast<int>(4 + step)).getInt64();
      }
      numbers.ended.push_back(std::move(totals));
    }
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
