#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/app/app_name.h"
#include "core/app/release.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/docker/engine.h"
#include "core/router/host_certificates.h"

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
  /// Between SIGTERM and SIGKILL, where the router itself stops those.
  seconds stop_grace{30};
};

/// Where the requests of an app go.
struct Route {
  AppName app;
  int app_port = 0;
  /// Port on which the containers listen.
  int internal_port = 0;
  std::vector<docker::ContainerId> serving;
};

/// What a switch made of the candidates: the containers that have the traffic now.
struct Switched {
  std::vector<docker::ContainerId> serving;
};

/// True once the given container answers. Errors say why it does not (for people).
using AnswerCheck = std::function<Result<void>(const docker::ContainerId&)>;

/// A request to an app that has ended, as people read it: one line of printable ASCII.
struct RequestLine {
  AppName app;
  /// Its end.
  SystemTime at;
  std::string text;
};

/// Called on the router's own thread with what ended lately, in order of its end; at most about
/// four times a second, a bounded number each. It must not block for long, for what the router
/// cannot tell in time is lost.
using RequestSink = std::function<void(std::vector<RequestLine> lines)>;

/// What visitors of an app see.
enum class Shown { App, Page };

/// Thread: any, one change per app at a time.
class Router {
 public:
  virtual ~Router() = default;
  /// Once, before all else: what the database says. Errors: what keeps the router from working.
  virtual Result<void> start(const std::vector<Route>& routes) = 0;
  /// Gives the traffic to the candidates. On failure the old containers serve again and everything
  /// that the switch made is gone. The old containers are not removed: `retire` is another stage.
  virtual Result<Switched> switch_to(const RouteChange& change, const AnswerCheck& answers,
                                     std::stop_token stop) = 0;
  /// Undoes a switch that could not be committed: the traffic goes back to `change.serving`, and
  /// the containers of `switched` are removed.
  virtual Result<void> switch_back(const RouteChange& change, const Switched& switched) = 0;
  /// Returns when no request is at the containers any more, which must have lost the traffic, or
  /// when `patience` is over and what is left was cut; `stop` ends it at once. Before they are
  /// stopped.
  virtual void drain(const AppName& app, const std::vector<docker::ContainerId>& containers,
                     milliseconds patience, std::stop_token stop) = 0;
  /// After a crash or an engine restart: makes the traffic go to the `serving` containers again,
  /// and to no other.
  virtual Result<void> restore(const Route& route) = 0;
  /// A container has started or ended by itself: its address may be another, or another's. Not one
  /// of those that serve: nothing happens.
  virtual void refresh(const docker::ContainerId& container) = 0;

  /// Certificates of host names from now on, and the one for all others; those that are not named
  /// are forgotten. Open connections go on. Before `start` too.
  virtual Result<void> set_certificates(const HostCertificates& /*certificates*/) { return {}; }

  [[nodiscard]] virtual bool serves_https() const { return false; }

  /// Requests for `/.well-known/acme-challenge/` go to this port of 127.0.0.1, for every name.
  virtual Result<void> open_challenge(int /*port*/) {
    return Error{ErrorCode::Conflict, "this router answers no ACME challenges",
                 "set [router] kind = haproxy", ""};
  }

  /// And to the apps again.
  virtual void close_challenge() {}

  /// Whether apps have host names and a maintenance page here. Without, the next two are not
  /// called.
  [[nodiscard]] virtual bool serves_names() const { return false; }

  /// The host names that lead to the app from now on, besides `APP.<domain>`; in lower case, each
  /// of one app only. Open connections go on. Before `start` too.
  virtual Result<void> set_domains(const AppName& /*app*/, std::vector<std::string> /*hosts*/) {
    return {};
  }

  /// Whether requests get the maintenance page (status 503) in place of the app. Those that are
  /// under way, and WebSockets, go on. Before `start` too.
  virtual Result<void> set_maintenance(const AppName& /*app*/, Shown /*shown*/) { return {}; }

  /// Whether requests can wait here. Without, the next two are not called.
  [[nodiscard]] virtual bool holds_requests() const { return false; }

  /// New requests to the app wait, at most two minutes each, until `let_go`. What is under way goes
  /// on.
  virtual Result<void> hold(const AppName& /*app*/) { return {}; }

  virtual void let_go(const AppName& /*app*/) {}

  /// Whether they wait; those that an earlier server held wait on.
  [[nodiscard]] virtual bool holds(const AppName& /*app*/) const { return false; }

  /// The app has another name from now on, by which it is reached, and which is free; its old one
  /// is nobody's. Requests and connections that are under way go on. Errors: those of the proxy,
  /// which has the names when it starts anew.
  virtual Result<void> rename(const AppName& /*app*/, const AppName& /*name*/) { return {}; }

  /// Who is told of requests from now on; an empty one: nobody. Before `start`, to miss none, and
  /// after. Returns when no call of the sink before is under way; not to be called by a sink.
  virtual void set_request_sink(RequestSink /*sink*/) {}

  /// The app is gone.
  virtual Result<void> remove(const AppName& app) = 0;
  /// Where people reach the app, `http://HOST:10123`.
  [[nodiscard]] virtual std::string url(const AppName& app, int app_port) const = 0;
  /// Whether the containers that serve have the app's port themselves, so that only one at a time
  /// can. Containers that were made for a router of the other kind are of no use to this one.
  [[nodiscard]] virtual bool publishes_ports() const = 0;

  /// What does not work, for the doctor: a sentence each.
  [[nodiscard]] virtual std::vector<std::string> problems() const { return {}; }
};

}  // namespace minpaas::router
