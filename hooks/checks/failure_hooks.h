#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "config/settings.h"
#include "core/app/app_name.h"
#include "core/app/formation.h"
#include "core/app/health_check.h"
#include "core/docker/engine.h"
#include "core/state/stores.h"
#include "hooks/service/follow.h"

namespace minpaas::hooks {

/// A check that has failed for good.
struct FailedCheck {
  AppName app;
  ProcessType process;
  int index = 1;
  docker::ContainerId container;
  HealthCheck check;
  /// For people.
  std::string why;
};

/// Does what apps want when their checks have failed (`onFailure` of docs/app_json.md). Thread:
/// any.
class FailureHooks {
 public:
  FailureHooks(docker::Engine& engine, state::ConfigStore& configs,
               const config::Settings& settings)
      : engine_(engine), configs_(configs), settings_(settings) {}

  /// Runs the commands in their containers, then tells the URLs, those of several checks side by
  /// side, each within ten seconds. `line` gets a line for each, in the order of the checks; it is
  /// called in the thread of the caller alone. What is told has no value of a config var in it.
  void run(const std::vector<FailedCheck>& failed, const LineSink& line,
           const std::stop_token& stop) const;

 private:
  [[nodiscard]] std::vector<std::string> run_one(const FailedCheck& failed,
                                                 const std::stop_token& stop) const;
  [[nodiscard]] std::string run_command(const FailedCheck& failed,
                                        const std::stop_token& stop) const;
  [[nodiscard]] std::string tell_url(const FailedCheck& failed, const std::stop_token& stop) const;

  docker::Engine& engine_;
  state::ConfigStore& configs_;
  const config::Settings& settings_;
};

/// What a check's program may have printed, without the values of the app's config vars. While
/// deploys wait or run, the latest config is that of the container.
std::string without_secrets(state::ConfigStore& configs, const AppName& app,
                            const std::string& text);

}  // namespace minpaas::hooks
