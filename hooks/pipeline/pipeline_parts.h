#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "core/base/clock.h"
#include "core/docker/engine.h"
#include "core/router/router.h"
#include "core/state/stores.h"
#include "hooks/checks/check.h"
#include "hooks/checks/check_plans.h"
#include "hooks/containers/container_policies.h"
#include "hooks/containers/process_set.h"
#include "hooks/logs/lifecycle_log.h"
#include "runtimes/runtime.h"

namespace minpaas::hooks {

/// `Checker::wait_healthy`, or what a test puts in its place.
using HealthWait = std::function<Result<void>(const std::vector<CheckTarget>& targets,
                                              const LineSink& line, std::stop_token stop)>;

/// Everything that deploys, recovery and the platform's functions work with. Whoever wires the
/// program owns the parts and keeps them longer than their users.
struct PipelineParts {
  state::AppStore& apps;
  state::ConfigStore& configs;
  state::BuildSecretStore& build_secrets;
  state::ReleaseStore& releases;
  state::DeployStore& deploys;
  state::ContainerStore& containers;
  state::ResourceStore& resources;
  state::VolumeStore& volumes;
  state::CronStore& cron;
  ContainerPolicies& policies;
  LifecycleLog& lifecycle;
  docker::Engine& engine;
  router::Router& router;
  const runtimes::Catalog& catalog;
  CheckPlans& check_plans;
  HealthWait check;
  const config::Settings& settings;
  const Clock& clock;
  /// Value of docker::kLabelInstance.
  std::string instance;
  /// Told of each instant after which a crash leaves another state behind (`building`, `switched`,
  /// `live`): tests crash there.
  std::function<void(std::string_view)> at_point;

  [[nodiscard]] std::filesystem::path repository(const AppName& app) const {
    return settings.server.data_dir / "repos" / (app.str() + ".git");
  }

  [[nodiscard]] std::filesystem::path build_logs() const {
    return settings.server.data_dir / "builds";
  }

  [[nodiscard]] ContainerPolicy policy() const { return {instance, settings.containers}; }

  void reach(std::string_view point) const {
    if (at_point) {
      at_point(point);
    }
  }
};

}  // namespace minpaas::hooks
