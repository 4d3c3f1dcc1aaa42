#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "config/settings.h"
#include "core/app/formation.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/docker/engine.h"
#include "hooks/checks/failure_hooks.h"
#include "hooks/service/checks.h"
#include "hooks/service/follow.h"

namespace minpaas::hooks {

/// A container whose health decides whether its release goes live.
struct CheckTarget {
  docker::ContainerId container;
  ProcessType process = ProcessType::web();
  int index = 1;
  /// Port of the process inside the container; 0: it has none.
  int port = 0;
  /// All of these must pass.
  std::vector<StartupCheck> checks = {};
  /// Absent: nobody has wishes for what is done when they fail.
  std::optional<AppName> app = std::nullopt;
};

/// Probes from the host; a program inside the image runs only where an app asks for it. Besides, no
/// process may end or be restarted.
class Checker {
 public:
  /// Gets the checks that have failed for good; it may take its time.
  using OnFailure = std::function<void(const std::vector<FailedCheck>& failed, const LineSink& line,
                                       const std::stop_token& stop)>;

  Checker(docker::Engine& engine, const config::CheckSettings& settings, OnFailure on_failure = {})
      : engine_(engine), settings_(settings), on_failure_(std::move(on_failure)) {}

  [[nodiscard]] const config::CheckSettings& settings() const { return settings_; }

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
  OnFailure on_failure_;
};

}  // namespace minpaas::hooks
