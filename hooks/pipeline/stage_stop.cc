#include <fmt/format.h>

#include "hooks/pipeline/stages.h"
#include "hooks/pipeline/stop_times.h"

namespace minpaas::hooks {
namespace {

/// Those that are gone have ended as well.
Result<std::vector<docker::ContainerId>> present(const PipelineParts& parts, const AppName& app) {
  std::vector<docker::ContainerId> containers;
  for (const state::ContainerRow& row : TRY(parts.containers.of_app(app))) {
    const auto found = parts.engine.inspect_container({row.id});
    if (found) {
      containers.push_back({row.id});
    } else if (found.error().code != ErrorCode::NotFound) {
      return found.error();
    }
  }
  return containers;
}

}  // namespace

Result<void> stop_app(const StageContext& context, const Release& live) {
  const PipelineParts& parts = context.parts;
  const auto app = TRY(parts.apps.get(context.app()));
  context.output.stage(fmt::format("Stopping {}", context.app().str()));
  const auto containers = TRY(present(parts, context.app()));
  TRY(parts.apps.set_stopped(context.app(), true));
  parts.reach("marked as stopped");
  TRY(parts.router.restore({app.name, app.port, live.internal_port, {}}));
  const StopTimes times = stop_times(app, parts.settings);
  parts.router.drain(app.name, containers, times.drain, context.stop);
  TRY(stop_all(parts.engine, containers, times.stop));
  context.output.done("Stopped");
  return {};
}

}  // namespace minpaas::hooks
