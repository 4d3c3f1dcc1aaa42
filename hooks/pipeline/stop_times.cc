#include "hooks/pipeline/stop_times.h"

namespace minpaas::hooks {

StopTimes stop_times(const state::AppRow& app, const config::Settings& settings) {
  return {app.drain_timeout.value_or(settings.router.drain_timeout),
          app.stop_timeout.value_or(settings.containers.stop_timeout)};
}

StopTimes stop_times(const PipelineParts& parts, const AppName& app) {
  const auto row = parts.apps.get(app);
  return row ? stop_times(*row, parts.settings)
             : StopTimes{parts.settings.router.drain_timeout,
                         parts.settings.containers.stop_timeout};
}

}  // namespace minpaas::hooks
