#include "core/router/direct_router.h"

#include <fmt/format.h>

#include <thread>

#include "core/base/log.h"

namespace minpaas::router {
namespace {

using docker::ContainerId;

constexpr milliseconds kPortInterval{50};

Error port_taken(int port, const Error& cause) {
  return {ErrorCode::Conflict,
          fmt::format("port {} of this host is taken by another program", port),
          fmt::format("find it with: ss -ltnp 'sport = :{}'", port), cause.for_log()};
}

}  // namespace

Result<void> DirectRouter::start(const std::vector<Route>& /*routes*/) {
  return {};
}

Result<Switched> DirectRouter::switch_to(const RouteChange& change, const AnswerCheck& answers,
                                         std::stop_token stop) {
  if (change.candidates.empty()) {
    return Switched{};
  }
  const ContainerId twin = TRY(make_twin(change.candidates.front(), change.app_port));
  if (stop.stop_requested()) {
    const auto removed = engine_.remove_container(twin);
    static_cast<void>(removed.has_value());
    return Error{ErrorCode::Cancelled, "the switch was cancelled", "", ""};
  }
  const auto swapped = swap(change, twin, answers);
  if (!swapped) {
    return undo(change, twin, swapped.error());
  }
  retire_candidate(change.candidates.front().container, change.stop_grace);
  Switched switched{{twin}};
  for (std::size_t i = 1; i < change.candidates.size(); ++i) {
    switched.serving.push_back(change.candidates[i].container);
  }
  return switched;
}

/// Made before anything is stopped: it takes no port yet, and the gap is shorter by its making.
Result<ContainerId> DirectRouter::make_twin(const Candidate& candidate, int app_port) {
  docker::ContainerSpec spec = candidate.spec;
  spec.name += "-routed";
  spec.host_port = app_port;
  spec.labels[std::string(docker::kLabelPort)] = std::to_string(app_port);
  spec.host_address = settings_.address;
  return engine_.create_container(spec);
}

Result<void> DirectRouter::swap(const RouteChange& change, const ContainerId& twin,
                                const AnswerCheck& answers) {
  // Stopping through the engine also keeps its restart policy from starting the old one again.
  for (const ContainerId& old : change.serving) {
    TRY(engine_.stop_container(old, change.stop_grace));
  }
  TRY(start_on_port(twin, change.app_port));
  TRY(answers(twin));
  // Only now: a twin that crashes in its check must be seen dead, not started again.
  TRY(engine_.set_restart_policy(twin, docker::RestartPolicy::UnlessStopped));
  for (std::size_t i = 1; i < change.candidates.size(); ++i) {
    TRY(engine_.set_restart_policy(change.candidates[i].container,
                                   docker::RestartPolicy::UnlessStopped));
  }
  return {};
}

Result<void> DirectRouter::start_on_port(const ContainerId& container, int app_port) {
  const auto deadline = std::chrono::steady_clock::now() + settings_.port_patience;
  for (;;) {
    auto started = engine_.start_container(container);
    if (started || started.error().code != ErrorCode::Conflict) {
      return started;
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return port_taken(app_port, started.error());
    }
    std::this_thread::sleep_for(kPortInterval);
  }
}

/// Brings the old containers back. The twin goes first, for it may hold the port.
Error DirectRouter::undo(const RouteChange& change, const ContainerId& twin, const Error& why) {
  const auto removed = engine_.remove_container(twin);
  if (!removed) {
    log::warn("{}: container {} stays behind: {}", change.app.str(), twin.value,
              removed.error().for_log());
  }
  Error error = why;
  for (const ContainerId& old : change.serving) {
    const auto started = start_on_port(old, change.app_port);
    if (!started) {
      log::error("{}: the old container {} does not start again: {}", change.app.str(), old.value,
                 started.error().for_log());
      error.message += "; the old release could not be started again: " + started.error().message;
    }
  }
  return error;
}

/// The app is not harmed when this fails, and labels let the next reconciliation find it.
void DirectRouter::retire_candidate(const ContainerId& candidate, seconds grace) {
  for (const auto& done :
       {engine_.stop_container(candidate, grace), engine_.remove_container(candidate)}) {
    if (!done) {
      log::warn("container {} stays behind: {}", candidate.value, done.error().for_log());
    }
  }
}

/// The new ones give up the app's port before the old ones are started on it.
Result<void> DirectRouter::switch_back(const RouteChange& change, const Switched& switched) {
  for (const ContainerId& container : switched.serving) {
    const auto removed = engine_.remove_container(container);
    if (!removed) {
      log::warn("{}: container {} stays behind: {}", change.app.str(), container.value,
                removed.error().for_log());
    }
  }
  return restore({change.app, change.app_port, 0, change.serving});
}

void DirectRouter::drain(const AppName& /*app*/, const std::vector<ContainerId>& /*containers*/,
                         milliseconds /*patience*/, std::stop_token /*stop*/) {}

Result<void> DirectRouter::restore(const Route& route) {
  for (const ContainerId& container : route.serving) {
    const auto started = start_on_port(container, route.app_port);
    if (!started) {
      return started.error().with_context(route.app.str());
    }
    TRY(engine_.set_restart_policy(container, docker::RestartPolicy::UnlessStopped));
  }
  return {};
}

void DirectRouter::refresh(const ContainerId& /*container*/) {}

Result<void> DirectRouter::remove(const AppName& /*app*/) {
  return {};
}

std::string DirectRouter::url(const AppName& /*app*/, int app_port) const {
  return fmt::format("http://{}:{}", settings_.domain, app_port);
}

}  // namespace minpaas::router
