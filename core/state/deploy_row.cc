#include "core/state/deploy_row.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

#include "core/state/row.h"

namespace minpaas::state {

Result<DeployRow> deploy_from(SQLite::Statement& query) {
  const AppName app = TRY(app_name_from(query.getColumn(1)));
  const DeployKind kind = TRY(parse_deploy_kind(query.getColumn(2).getString()));
  const DeployStage stage = TRY(parse_deploy_stage(query.getColumn(3).getString()));
  const auto commit = TRY(oid_from(query.getColumn(4)));
  const auto ref_old = TRY(oid_from(query.getColumn(6)));
  DeployRow row{.id = query.getColumn(0).getInt64(),
                .app = app,
                .kind = kind,
                .stage = stage,
                .commit = commit,
                .ref = query.getColumn(5).getString(),
                .ref_old = ref_old,
                .release = std::nullopt,
                .image = query.getColumn(8).getString(),
                .config_before = optional_int_from(query.getColumn(9)),
                .actor = query.getColumn(10).getString(),
                .note = query.getColumn(11).getString(),
                .reason = query.getColumn(12).getString(),
                .created_at = time_from(query.getColumn(13)),
                .finished_at = optional_time_from(query.getColumn(14))};
  if (const auto number = optional_int_from(query.getColumn(7))) {
    row.release = ReleaseNumber(*number);
  }
  return row;
}

}  // namespace minpaas::state
