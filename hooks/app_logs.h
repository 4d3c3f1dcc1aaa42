#pragma once

#include <stop_token>
#include <string>

#include "core/app/app_name.h"
#include "core/base/result.h"
#include "core/docker/engine.h"
#include "hooks/platform.h"
#include "hooks/recent_containers.h"

namespace minpaas::hooks {

/// What the processes of an app print. The engine keeps it; nothing is stored here.
/// Thread: any; a call has a thread for each container that it reads (at most `kMostContainers`),
/// which ends with the call, and holds at most 1 MB of lines for each, plus what `tail` asks for.
class AppLogs {
 public:
  /// Beyond these, the newest containers are read.
  static constexpr std::size_t kMostContainers = 32;
  /// `tail` is cut down to these.
  static constexpr int kMostTailLines = 10'000;

  /// `instance` is the value of docker::kLabelInstance.
  AppLogs(docker::Engine& engine, std::string instance)
      : engine_(engine), instance_(std::move(instance)), recent_([this](const std::string& label) {
          return engine_.list_containers(labels_of(label));
        }) {}

  AppLogs(const AppLogs&) = delete;
  AppLogs& operator=(const AppLogs&) = delete;

  /// Gives the lines of the app's containers in order of time, safe for a terminal. With `follow`
  /// it goes on, over deploys and restarts of the engine, until `gone` is requested or the sink
  /// returns false; both count as success. Errors: NotFound (nothing of it has run, no such
  /// process), those of the Engine.
  Result<void> read(const AppName& app, const LogQuery& query, const AppLogSink& sink,
                    std::stop_token gone);

 private:
  [[nodiscard]] docker::Labels labels_of(const std::string& label) const {
    return {{std::string(docker::kLabelApp), label},
            {std::string(docker::kLabelInstance), instance_}};
  }

  docker::Engine& engine_;
  std::string instance_;
  RecentContainers recent_;
};

}  // namespace minpaas::hooks
