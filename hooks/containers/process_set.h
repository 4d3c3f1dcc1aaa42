#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "core/app/config_var.h"
#include "core/app/limits.h"
#include "core/app/release.h"
#include "core/base/result.h"
#include "core/docker/engine.h"

/// The containers of one release: what they are, made and removed as a set.
namespace minpaas::hooks {

/// One container that a release needs.
struct PlannedProcess {
  ProcessType process = ProcessType::web();
  /// From 1 within its process type.
  int index = 1;
  docker::ContainerSpec spec;
};

/// The name that one-off containers have in place of a process type: `run.1`.
inline constexpr std::string_view kOneOffType = "run";
ProcessType one_off_type();

/// `web.1`: a unit of a process type as people see it, and the value of docker::kLabelProcess.
std::string process_name(const ProcessType& process, int index);

/// What marks the containers of an app as ours, with the limits that each gets.
struct ContainerPolicy {
  /// Value of docker::kLabelInstance.
  std::string instance;
  config::ContainerSettings limits;
  /// What was chosen for the app.
  AppLimits own = {};
  /// Storage of the app, in all its containers.
  std::vector<docker::VolumeMount> mounts = {};
  /// Value of docker::kLabelApp; empty: the app's name.
  std::string label = {};

  [[nodiscard]] const std::string& label_of(const AppName& app) const {
    return label.empty() ? app.str() : label;
  }

  /// That of the engine has a name as well, which needs not be said.
  [[nodiscard]] std::string network() const {
    return limits.network == config::kSharedNetwork ? "" : limits.network;
  }

  [[nodiscard]] Limits default_limits() const {
    return {limits.memory_bytes, limits.cpus, limits.pids};
  }

  [[nodiscard]] Limits limits_of(const ProcessType& type) const {
    return own.of(type, default_limits());
  }
};

/// `minpaas-blog-web-1-v3-d7-0123ab`, of the app's label. Names are unique in an engine, which two
/// installations may share; `unique` tells it from others of the same process and release.
std::string container_name(const Release& release, std::string_view process, int index,
                           std::string_view unique, const ContainerPolicy& policy);

/// A container per unit of the formation, with config vars, PORT, labels, limits; nothing is
/// published. `deploy` makes the names unique, so that a set can stand beside an older set of the
/// same release. No I/O.
std::vector<PlannedProcess> plan_processes(const Release& release, const ConfigVars& config,
                                           std::int64_t deploy, const ContainerPolicy& policy);

/// A container like those of the release, that is no unit of its formation: for one command of a
/// person. The caller names it and says what it runs. No I/O.
docker::ContainerSpec plan_one_off(const Release& release, const ConfigVars& config, int index,
                                   const ContainerPolicy& policy);

struct StartedProcess {
  PlannedProcess plan;
  docker::ContainerId container;
};

/// Creates and starts all of them, several at a time (restart policy No: a crash shows at once);
/// `created` is told of each one before it is started, on any thread. When one fails no other is
/// begun, and those that were made are removed again. Errors: those of the Engine, naming the
/// process.
Result<std::vector<StartedProcess>> start_processes(
    docker::Engine& engine, const std::vector<PlannedProcess>& plans,
    const std::function<Result<void>(const StartedProcess&)>& created);

/// Stops all of them at the same time: each may take the whole of `grace`. Every one is tried; the
/// Error is that of the first that failed; Cancelled: `stop` was requested, and some may run on.
Result<void> stop_all(docker::Engine& engine, const std::vector<docker::ContainerId>& containers,
                      seconds grace, const std::stop_token& stop = {});

}  // namespace minpaas::hooks
