#pragma once

#include <functional>
#include <future>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/base/guarded.h"
#include "core/docker/engine.h"
#include "hooks/checks/check_probe.h"
#include "hooks/supervision/liveness_record.h"

namespace minpaas::hooks {

/// A live process that has liveness checks.
struct LivenessTarget {
  AppName app;
  ProcessType process;
  int index = 1;
  docker::ContainerId container;
  /// Port of the process inside the container.
  int port = 0;
  /// With `timeout`, `wait` and `attempts`.
  std::vector<HealthCheck> checks;
  /// For so long after its start it may fail.
  seconds patience{60};
  /// Nobody asked for the checks: one that is too busy to answer in time does not fail them, as a
  /// restart would not help.
  bool forgives_silence = false;
};

/// What is known of such a process.
struct LivenessState {
  /// Why it fails, too often by now; empty: it does not.
  std::string why;
  /// Restarts do not help.
  bool in_loop = false;
  /// Since the server began to look.
  int restarts = 0;
};

/// Looks at live processes from the host, and has those restarted that keep failing, one of an app
/// at a time. One thread, and one more for each restart and each command while it runs.
/// Thread: any.
class Liveness {
 public:
  struct Hands {
    /// All that has to be looked at.
    std::function<Result<std::vector<LivenessTarget>>()> targets;
    /// Stops it and starts it again, since this check of it fails for the reason. False: not now.
    std::function<bool(const LivenessTarget&, const HealthCheck& failed, const std::string& why)>
        restart;
  };

  Liveness(docker::Engine& engine, Hands hands) : engine_(engine), hands_(std::move(hands)) {}

  void start();
  /// Containers or checks have changed.
  void look_again();
  /// Absent for a process that is not looked at.
  [[nodiscard]] std::optional<LivenessState> state(const docker::ContainerId& container) const;

 private:
  /// One check of a process.
  struct Look {
    SteadyTime due;
    std::unique_ptr<CheckProbe> probe;
    /// Of the try that is under way.
    docker::ContainerDetails details;
  };

  struct Watched {
    LivenessTarget target;
    LivenessRecord record;
    std::vector<Look> looks;
    std::string why;
    std::future<bool> restart;
  };

  struct Shared {
    bool look_again = true;
    std::map<docker::ContainerId, LivenessState> states;
  };

  void run(const std::stop_token& stop);
  void step(const std::stop_token& stop);
  void refresh(SteadyTime now);
  void begin_tries(SteadyTime now);
  void begin_try(Watched& watched, std::size_t check, SteadyTime now);
  void poll_tries();
  void end_tries(SteadyTime now);
  void end_try(Watched& watched, std::size_t check, SteadyTime now);
  void begin_restart(Watched& watched, const HealthCheck& failed);
  void end_restarts(SteadyTime now);
  [[nodiscard]] bool restarts_one_of(const AppName& app) const;
  [[nodiscard]] bool is_busy() const;
  [[nodiscard]] SteadyTime next_due() const;
  void show();
  void sleep_until(SteadyTime due, const std::stop_token& stop);

  docker::Engine& engine_;
  Hands hands_;
  /// Of the thread alone.
  std::map<docker::ContainerId, Watched> watched_;
  SteadyTime refresh_due_;
  mutable Guarded<Shared> shared_;
  std::jthread thread_;
};

}  // namespace minpaas::hooks
