#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/app/release.h"
#include "core/state/deploy_store.h"

namespace minpaas::hooks {

/// How a deploy that was waited for has ended.
struct DeployOutcome {
  std::int64_t deploy = 0;
  state::DeployStage stage = state::DeployStage::Failed;
  std::optional<ReleaseNumber> release;
  std::string url;
  /// A few words when it did not succeed: what `ng` carries.
  std::string reason;
  /// Of one that failed. Other than Failed only where the image that was asked for is why:
  /// NotFound, PermissionDenied.
  ErrorCode failure = ErrorCode::Failed;
};

/// Of what was asked for and is so already.
inline DeployOutcome nothing_deployed() {
  DeployOutcome outcome;
  outcome.stage = state::DeployStage::Succeeded;
  return outcome;
}

}  // namespace minpaas::hooks
