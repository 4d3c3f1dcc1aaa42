#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/app/health_check.h"
#include "core/docker/engine.h"
#include "hooks/checks/command_probe.h"
#include "hooks/checks/http_probe.h"

namespace minpaas::hooks {

/// One check of one container, tried again and again until it passes. Only the poll of its HTTP
/// probe is left to the caller. Thread: one.
class CheckProbe {
 public:
  /// `port` is the one of the process; 0: it has none.
  CheckProbe(docker::Engine& engine, const docker::ContainerId& container, const HealthCheck& check,
             int port);

  [[nodiscard]] const HealthCheck& check() const { return check_; }

  [[nodiscard]] bool passed() const { return passed_; }

  /// Begins one try, which is over when it is not `busy` any more.
  void begin(const docker::ContainerDetails& details, SteadyTime now);
  /// After a try: takes in how a command has ended; whether it has passed.
  bool settle();

  /// Again and again: takes in how a command has ended, and begins the next attempt when none is
  /// under way.
  void tick(const docker::ContainerDetails& details, SteadyTime running_since, SteadyTime now);
  /// Between two ticks: tries again where the last connection was refused, of which the app notices
  /// nothing.
  void knock(const docker::ContainerDetails& details, SteadyTime now);
  /// Whether an attempt is under way.
  [[nodiscard]] bool busy() const;

  HttpProbe& http() { return http_; }

  /// After the HTTP probe has moved.
  void judge();

  /// Why it has not passed.
  [[nodiscard]] std::string explain(const docker::ContainerDetails& details) const;

 private:
  HealthCheck check_;
  int port_;
  HttpProbe http_;
  std::unique_ptr<CommandProbe> command_;
  std::optional<SteadyTime> command_due_;
  bool passed_ = false;
};

}  // namespace minpaas::hooks
