#pragma once

#include <string>
#include <vector>

#include "hooks/deploy_queue.h"
#include "hooks/liveness.h"
#include "hooks/pipeline_parts.h"

namespace minpaas::hooks {

/// The hands of Liveness on the live processes of this server. Thread: any.
class LiveProcesses {
 public:
  LiveProcesses(const PipelineParts& parts, DeployQueue& queue) : parts_(parts), queue_(queue) {}

  /// Those with liveness checks. Errors: those of the stores.
  Result<std::vector<LivenessTarget>> targets();
  /// Stops it in its own time and starts it again; deploys of the app wait. False: a deploy is at
  /// work, or it is no live process any more.
  bool restart(const LivenessTarget& target, const std::string& why);

 private:
  Result<void> add_targets(const AppName& app, std::vector<LivenessTarget>& targets);
  [[nodiscard]] std::string without_secrets(const AppName& app, const std::string& why);
  bool restart_held(const LivenessTarget& target, const std::string& why);

  const PipelineParts& parts_;
  DeployQueue& queue_;
};

}  // namespace minpaas::hooks
