#pragma once

#include "hooks/pipeline/pipeline_parts.h"

namespace minpaas::hooks {

/// How long what an app stops may take.
struct StopTimes {
  /// For requests and WebSockets to end, before the processes are told to.
  seconds drain;
  /// Between SIGTERM and SIGKILL.
  seconds stop;
};

/// As was chosen for the app, else as the settings say.
StopTimes stop_times(const state::AppRow& app, const config::Settings& settings);
/// The same; the settings where the app cannot be read.
StopTimes stop_times(const PipelineParts& parts, const AppName& app);

}  // namespace minpaas::hooks
