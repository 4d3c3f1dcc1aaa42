#pragma once

#include "core/state/deploy_store.h"

namespace SQLite {
class Statement;
}

namespace minpaas::state {

/// Columns in the order that deploy_from reads them; `d` is deploys, `a` its app.
constexpr const char* kDeployColumns =
    "d.id, a.name, d.kind, d.stage, d.commit_oid, d.ref, d.ref_old, d.release, d.image,"
    " d.config_before, d.actor, d.note, d.reason, d.created_at, d.finished_at";

/// The row that `query` stands on. Throws SQLite::Exception. Errors: Corrupt.
Result<DeployRow> deploy_from(SQLite::Statement& query);

/// Errors: Corrupt.
Result<DeployStage> parse_deploy_stage(std::string_view text);
Result<DeployKind> parse_deploy_kind(std::string_view text);

}  // namespace minpaas::state
