#pragma once

#include "hooks/pipeline/pipeline_parts.h"
#include "hooks/queue/deploy_queue.h"

namespace minpaas::hooks {

struct RecoveryReport {
  /// A deploy, and whether what it made is live.
  struct Settled {
    state::DeployRow deploy;
    bool live = false;
  };

  std::vector<Settled> settled = {};
  /// Deploys whose release was live already: finished.
  int finished = 0;
  /// Deploys that were taken back.
  int undone = 0;
  /// Refs that were moved to the commit that is live.
  int refs_moved = 0;
};

/// Settles what a crash or a kill left: for each unfinished deploy, what the database says about
/// its release decides. Live: the deploy is finished (route, ref, old containers). Else it is taken
/// back and the old release serves. Then refs follow what is live, and repositories lose the
/// leftovers of broken pushes. Runs before the queue starts and before reconciliation, which brings
/// up what does not run. What the engine cannot do now is left to reconciliation.
/// Thread: main, at start-up. Errors: those of the stores.
Result<RecoveryReport> recover(const PipelineParts& parts);

/// The same for earlier deploys of the app of the one that begins: those whose end could not be
/// stored, on a full disk. Thread: the worker of the deploy. Errors: those of the stores.
Result<void> settle_earlier(const PipelineParts& parts, const state::DeployRow& begins);

/// The same for each app of which no deploy is under way. Thread: any. Errors: those of the stores;
/// the first one ends it.
Result<void> settle_ended(const PipelineParts& parts, DeployQueue& queue);

}  // namespace minpaas::hooks
