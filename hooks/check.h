#pragma once

#include <stop_token>
#include <vector>

#include "config/settings.h"
#include "core/app/formation.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/docker/engine.h"
#include "hooks/follow.h"

namespace minpaas::hooks {

/// A container whose health decides whether its release goes live.
struct CheckTarget {
  docker::ContainerId container;
  ProcessType process = ProcessType::web();
  int index = 1;
  /// Port inside the container that must answer HTTP; 0 for a process that only has to live.
  int port = 0;
};

/// Probes from the host, never by a program inside the image. web: TCP open, then GET / below 500;
/// others: alive for `worker_uptime` without a restart.
class Checker {
 public:
  Checker(docker::Engine& engine, const config::CheckSettings& settings)
      : engine_(engine), settings_(settings) {}

  /// Probes all in parallel until each is healthy. Fails at once when a container dies, and at the
  /// deadline with what was seen last (nothing listens; listens on 127.0.0.1 only; answers 500);
  /// `line` then gets the container's last 50 log lines. Why is the Error alone, for the caller to
  /// show; of several that are late, the Error is that of the first, and `line` gets the others.
  /// Errors: Failed, Timeout, Cancelled (`stop`), those of the Engine.
  Result<void> wait_healthy(const std::vector<CheckTarget>& targets, const LineSink& line,
                            std::stop_token stop);

 private:
  docker::Engine& engine_;
  config::CheckSettings settings_;
};

}  // namespace minpaas::hooks
