#pragma once

#include "hooks/pipeline/pipeline_parts.h"

namespace minpaas::hooks {

/// Takes back what the deploy made so far (nothing while it was queued): its containers, its
/// pending release, its image, the config change, the change of storage, the stop. What the engine
/// does not do is logged, and reconciliation finds it. Errors: those of the stores, the first one:
/// the deploy has not ended until it is undone there.
Result<void> undo(const PipelineParts& parts, const state::DeployRow& row);

}  // namespace minpaas::hooks
