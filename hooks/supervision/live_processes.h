#pragma once

#include <string>
#include <vector>

#include "hooks/checks/failure_hooks.h"
#include "hooks/pipeline/pipeline_parts.h"
#include "hooks/queue/deploy_queue.h"
#include "hooks/service/events.h"
#include "hooks/supervision/liveness.h"

namespace minpaas::hooks {

/// The hands of Liveness on the live processes of this server. Thread: any.
class LiveProcesses {
 public:
  LiveProcesses(const PipelineParts& parts, DeployQueue& queue, const FailureHooks& hooks,
                Events& events)
      : parts_(parts), queue_(queue), hooks_(hooks), events_(events) {}

  /// Those with liveness checks. Errors: those of the stores.
  Result<std::vector<LivenessTarget>> targets();
  /// Stops it in its own time and starts it again, which goes on record; deploys of the app wait.
  /// False: a deploy is at work, or it is no live process any more.
  bool restart(const LivenessTarget& target, const HealthCheck& check, const std::string& why);

 private:
  void run_hook(const LivenessTarget& target, const HealthCheck& check, const std::string& why);
  Result<void> add_targets(const AppName& app, std::vector<LivenessTarget>& targets);
  bool is_live(const LivenessTarget& target);
  bool restart_held(const LivenessTarget& target, const HealthCheck& check, const std::string& why);

  const PipelineParts& parts_;
  DeployQueue& queue_;
  const FailureHooks& hooks_;
  Events& events_;
};

}  // namespace minpaas::hooks
