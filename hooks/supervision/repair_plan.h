#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/app/release.h"
#include "core/docker/engine.h"
#include "core/state/container_store.h"

/// What has to be done so that the containers of an engine are those that the rows want.
namespace minpaas::hooks {

/// What the rows say of one app.
struct AppRows {
  AppName app;
  int port = 0;
  /// Stopped by its owner: nothing of it is started.
  bool stopped = false;
  /// A deploy is at work on its containers: nothing of it is touched.
  bool busy = false;
  std::optional<Release> live;
  /// All of the app, of every release.
  std::vector<state::ContainerRow> containers;
  /// Value of docker::kLabelApp; empty: the app's name.
  std::string label = {};
  /// What was chosen for it.
  std::optional<seconds> stop_timeout = std::nullopt;
};

struct StopRepair {
  docker::ContainerId container;
  /// As AppRows has it.
  std::optional<seconds> stop_timeout;
};

/// A unit of a process type: `web`, 1.
using ProcessUnit = std::pair<ProcessType, int>;

struct AppRepair {
  AppName app;
  int port = 0;
  Release live;
  /// Containers of the live release that exist and do not run.
  std::vector<docker::ContainerId> start;
  /// Web containers of the live release that exist, running or not: where the traffic belongs.
  std::vector<docker::ContainerId> web;
  /// Units of the live release that have no container.
  std::vector<ProcessUnit> recreate;
};

struct Repairs {
  /// Containers of ours that belong to nothing.
  std::vector<docker::ContainerId> remove;
  /// Ids of rows whose container is not wanted or does not exist.
  std::vector<std::string> forget;
  /// Containers of stopped apps that run.
  std::vector<StopRepair> stop;
  /// Apps that have a live release and shall run.
  std::vector<AppRepair> apps;
};

/// What holds for all apps.
struct RepairRules {
  /// Value of docker::kLabelInstance.
  std::string instance;
  /// Whether the router wants the app's port published (Router::publishes_ports): containers of a
  /// router of the other kind are made anew.
  bool publishes_ports = true;
  /// Deploys that are at work or wait.
  std::set<std::int64_t> unfinished;
  /// Stopped for crashing again and again: not started.
  std::set<docker::ContainerId> crashed;
};

/// Pure. A container is only ever removed when it carries `instance` as its kLabelInstance and an
/// app in kLabelApp, and neither its app is busy nor its deploy among `unfinished`.
Repairs plan_repairs(const std::vector<AppRows>& apps,
                     const std::vector<docker::ContainerDetails>& present,
                     const RepairRules& rules);

}  // namespace minpaas::hooks
