#include "core/base/log.h"
#include "core/router/haproxy_router.h"

namespace minpaas::router {

/// The pipe is made in any case: a HAProxy that has it can begin to log by reading its file. What
/// waits in it is of the backends that are known by now.
void HaproxyRouter::read_requests() {
  if (files_.is_foreign()) {
    // Its log is its owner's.
    return;
  }
  requests_.set_names(request_names());
  auto opened = make_request_pipe(files_.requests());
  if (opened && settings_.request_log) {
    opened = requests_.start(files_.requests());
    reads_requests_ = opened.has_value();
  }
  if (!opened) {
    log::warn("requests are not logged: {}", opened.error().for_log());
  }
}

/// Those of containers that are being drained, too.
RequestNames HaproxyRouter::request_names() const {
  RequestNames names;
  const auto add = [&](const std::vector<RouteServer>& servers) {
    for (const RouteServer& server : servers) {
      if (!server.process.empty()) {
        names.processes.emplace(server.name(), server.process);
      }
    }
  };
  for (const auto& [app, route] : routes_) {
    names.apps.emplace(backend_of(app, route), app);
    add(route.servers);
  }
  for (const auto& [app, servers] : replaced_) {
    add(servers);
  }
  return names;
}

}  // namespace minpaas::router
