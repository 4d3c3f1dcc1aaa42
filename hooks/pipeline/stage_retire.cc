#include <algorithm>

#include "core/base/log.h"
#include "hooks/pipeline/release_containers.h"
#include "hooks/pipeline/stages.h"
#include "hooks/pipeline/stop_times.h"

namespace minpaas::hooks {
namespace {

/// When the server stops, or the app is to go; what has not ended by then is killed.
constexpr seconds kHastyStop{10};

void log_failure(const Result<void>& result, std::int64_t deploy, std::string_view what) {
  if (!result) {
    log::warn("deploy {}: {}: {}", deploy, what, result.error().for_log());
  }
}

Result<void> remove_container(const PipelineParts& parts, const std::string& id) {
  TRY(parts.engine.remove_container({id}));
  return parts.containers.remove(id);
}

}  // namespace

void retire(const PipelineParts& parts, const Deploy& deploy,
            const std::vector<state::ContainerRow>& retired) {
  const AppName& app = deploy.job.row.app;
  const StopTimes times = stop_times(parts, app);
  parts.router.drain(app, web_containers(retired), times.drain, deploy.stop());
  std::vector<docker::ContainerId> containers;
  for (const state::ContainerRow& row : retired) {
    containers.push_back({row.id});
  }
  const bool in_haste = deploy.stop().stop_requested();
  const auto stopped = in_haste
                           ? stop_all(parts.engine, containers, std::min(times.stop, kHastyStop))
                           : stop_all(parts.engine, containers, times.stop, deploy.stop());
  log_failure(stopped, deploy.id(), "stop an old container");
  if (!stopped && stopped.error().code == ErrorCode::Cancelled) {
    return;
  }
  for (const state::ContainerRow& row : retired) {
    log_failure(remove_container(parts, row.id), deploy.id(), "remove an old container");
  }
}

}  // namespace minpaas::hooks
