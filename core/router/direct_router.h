#pragma once

#include <string>

#include "core/base/clock.h"
#include "core/router/router.h"

namespace minpaas::router {

struct DirectSettings {
  /// Host name in the URLs, and the address that ports are published on.
  std::string domain = "localhost";
  std::string address = "0.0.0.0";
  /// How long a port may still be held by the container that was stopped on it.
  milliseconds port_patience{2000};
};

/// The router without a proxy: the container that serves has the app's port published (ADR 0002).
/// A checked candidate cannot get a port any more, so a twin of it is made that has one. It serves
/// the first candidate; further ones run, but nothing reaches them.
///
/// A crash in a switch leaves containers that their labels (release, deploy) give an owner: until
/// the release is live, all of the deploy are leftovers, and the old one only has to be started.
class DirectRouter : public Router {
 public:
  DirectRouter(docker::Engine& engine, DirectSettings settings)
      : engine_(engine), settings_(std::move(settings)) {}

  /// Nothing to do: the engine keeps the ports.
  Result<void> start(const std::vector<Route>& routes) override;
  /// Errors: Conflict (another program has the port), those of `answers` and of the Engine.
  Result<Switched> switch_to(const RouteChange& change, const AnswerCheck& answers,
                             std::stop_token stop) override;
  Result<void> switch_back(const RouteChange& change, const Switched& switched) override;
  /// Nothing to wait for: they were stopped in the switch.
  void drain(const AppName& app, const std::vector<docker::ContainerId>& containers,
             milliseconds patience, std::stop_token stop) override;
  /// Starts what does not run. Errors: Conflict, NotFound (a container is gone).
  Result<void> restore(const Route& route) override;
  /// Nothing to do: the publication follows the container.
  void refresh(const docker::ContainerId& container) override;
  /// Nothing to do: the publication goes with the containers.
  Result<void> remove(const AppName& app) override;
  [[nodiscard]] std::string url(const AppName& app, int app_port) const override;

  [[nodiscard]] bool publishes_ports() const override { return true; }

 private:
  Result<docker::ContainerId> make_twin(const Candidate& candidate, int app_port);
  Result<void> swap(const RouteChange& change, const docker::ContainerId& twin,
                    const AnswerCheck& answers);
  Result<void> start_on_port(const docker::ContainerId& container, int app_port);
  Error undo(const RouteChange& change, const docker::ContainerId& twin, const Error& why);
  void retire_candidate(const docker::ContainerId& candidate, seconds grace);

  docker::Engine& engine_;
  DirectSettings settings_;
};

}  // namespace minpaas::router
