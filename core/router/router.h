#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/app/app_name.h"
#include "core/app/release.h"
#include "core/base/result.h"
#include "core/docker/engine.h"

/// The seam between a release and its traffic. `DirectRouter` publishes the container's port on the
/// app's port; a proxy in front (HAProxy) is another implementation.
namespace minpaas::router {

/// A web container that has passed its checks and gets no traffic yet.
struct Candidate {
  docker::ContainerId container;
  docker::ContainerSpec spec;
};

struct RouteChange {
  AppName app;
  ReleaseNumber release;
  int app_port = 0;
  std::vector<Candidate> candidates;
  /// Web containers that have the traffic now; empty on the first release.
  std::vector<docker::ContainerId> serving;
};

/// What a switch made of the candidates: the containers that have the traffic now.
struct Switched {
  std::vector<docker::ContainerId> serving;
};

/// True once the given container answers. Errors say why it does not (for people).
using AnswerCheck = std::function<Result<void>(const docker::ContainerId&)>;

/// Thread: any, one change per app at a time.
class Router {
 public:
  virtual ~Router() = default;
  /// Gives the traffic to the candidates. On failure the old containers serve again and everything
  /// that the switch made is gone. The old containers are not removed: `retire` is another stage.
  virtual Result<Switched> switch_to(const RouteChange& change, const AnswerCheck& answers,
                                     std::stop_token stop) = 0;
  /// After a crash or an engine restart: makes the traffic go to the `serving` containers again.
  virtual Result<void> restore(const AppName& app, int app_port,
                               const std::vector<docker::ContainerId>& serving) = 0;
  /// The app is gone.
  virtual Result<void> remove(const AppName& app) = 0;
  /// Where people reach the app, `http://HOST:10123`.
  [[nodiscard]] virtual std::string url(const AppName& app, int app_port) const = 0;
};

}  // namespace minpaas::router
