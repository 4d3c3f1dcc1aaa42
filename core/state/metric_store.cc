#include "core/state/metric_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "core/state/access.h"

namespace minpaas::state {

Result<DeployNumbers> MetricStore::deploys() {
  return read_value(database_, [](SQLite::Database& connection) -> Result<DeployNumbers> {
    DeployNumbers numbers;
    SQLite::Statement ended(connection,
                            "SELECT kind, stage, count(*), sum(finished_at - created_at)"
                            " FROM deploys WHERE finished_at IS NOT NULL"
                            " GROUP BY kind, stage ORDER BY kind, stage");
    while (ended.executeStep()) {
      numbers.ended.push_back({ended.getColumn(0).getString(), ended.getColumn(1).getString(),
                               ended.getColumn(2).getInt64(),
                               std::chrono::microseconds(ended.getColumn(3).getInt64())});
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
