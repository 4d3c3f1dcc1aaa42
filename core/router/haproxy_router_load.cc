#include <fmt/format.h>

#include <thread>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/router/haproxy_map.h"
#include "core/router/haproxy_ports.h"
#include "core/router/haproxy_router.h"

namespace minpaas::router {
namespace {

using docker::ContainerId;

/// Of what was written for HAProxy.
constexpr std::size_t kMostFileBytes = 64 << 20;
/// For the ports of a HAProxy that has died.
constexpr milliseconds kPortPatience{3000};

}  // namespace

Result<void> HaproxyRouter::start(const std::vector<Route>& routes) {
  const std::scoped_lock turn(turn_);
  started_ = true;
  TRY(make_folder(settings_.folder, 0700));
  for (const int status : {502, 503, 504}) {
    TRY(write_file_atomically(settings_.folder / fmt::format("{}.http", status),
                              render_error_page(status), 0600));
  }
  TRY(write_file_atomically(settings_.folder / "404.html", render_no_such_app_page(), 0600));
  TRY(write_file_atomically(settings_.folder / kMaintenancePage, render_maintenance_page(), 0600));
  TRY(write_file_atomically(files_.hold_script(), render_hold_script(settings_.folder), 0600));
  for (const Route& route : routes) {
    AppRoute& known = routes_[route.app];
    known.app_port = route.app_port;
    for (const ContainerId& container : route.serving) {
      // Without an engine the addresses follow when it answers.
      const auto server = server_of(container, route.internal_port);
      known.servers.push_back(server ? *server : RouteServer{container, "", route.internal_port});
    }
  }
  const auto old_file = read_file(files_.config(), kMostFileBytes);
  const auto old_map = read_file(files_.held_map(), kMostFileBytes);
  if (files_.is_foreign()) {
    HaproxyProcess::stop_own(settings_.folder);
  }
  if (!process_.adopt()) {
    keep_held(old_map ? *old_map : "");
    read_requests();
    return load_file();
  }
  log::info("HAProxy runs on since before");
  keep_backends(old_file ? *old_file : "");
  keep_held(old_map ? *old_map : "");
  read_requests();
  logs_requests_ = process_.logs_requests();
  if (reads_requests_ && !logs_requests_) {
    log::info("requests are logged when HAProxy is started anew");
  }
  // Without an engine nobody knows better than the HAProxy that is at work.
  if (!engine_.version()) {
    return {};
  }
  return take_over();
}

/// The one that runs was started by an earlier server, which may have had fewer rights to ports
/// than this. Whatever else it refuses, a new one would refuse too, and nothing would serve any
/// more.
Result<void> HaproxyRouter::take_over() {
  const auto loaded = load_file();
  const bool lacks_rights =
      !loaded && loaded.error().cause.find("Permission denied") != std::string::npos;
  if (!lacks_rights || files_.is_foreign()) {
    return loaded;
  }
  log::warn("HAProxy does not take its new file and is started anew: {}", loaded.error().for_log());
  HaproxyProcess::stop(files_);
  return load_file();
}

/// What the HAProxy that runs has, by the file that it was given.
void HaproxyRouter::keep_backends(std::string_view old_file) {
  bound_ports_.merge(bound_ports_in(old_file));
  const auto backends = backends_in(old_file);
  for (auto& [app, route] : routes_) {
    const auto known = backends.find(route.app_port);
    route.backend = known == backends.end() ? "" : known->second;
  }
  for (auto& [app, route] : routes_) {
    route.backend =
        route.backend.empty() ? free_backend(app, route.app_port, routes_) : route.backend;
  }
}

/// Their requests wait in workers that ask this map, whoever holds them.
void HaproxyRouter::keep_held(std::string_view old_map) {
  const HaproxyMap held = parse_map_file(old_map);
  for (const auto& [app, route] : routes_) {
    if (can_hold_ && held.contains(backend_of(app, route))) {
      held_.insert(app);
    }
  }
}

/// Starts HAProxy, or has it read the file again. Under `turn_`.
Result<void> HaproxyRouter::load_file() {
  const bool runs = process_.answers();
  if (!runs && !files_.is_foreign()) {
    // Workers of one that was killed would still have the ports.
    HaproxyProcess::stop(files_);
    await_free(settings_.app_address, bound_ports_, kPortPatience);
    bound_ports_.clear();
    loaded_.clear();
  }
  look_for_lost_ports();
  TRY(write_files());
  auto loaded = runs ? process_.reload() : start_anew();
  if (runs && !loaded && loaded.error().code == ErrorCode::NotFound) {
    log::error("HAProxy has ended unexpectedly; starting it again");
    loaded = start_anew();
  }
  failure_ = loaded ? "" : loaded.error().for_log();
  TRY(loaded);
  loaded_.clear();
  bound_ports_.clear();
  for (const auto& [app, route] : routes_) {
    loaded_[app] = route.app_port;
    bound_ports_.insert(route.app_port);
  }
  for (const auto& listens : {config().http, config().https}) {
    for (const ListenOn& listen : listens) {
      bound_ports_.insert(listen.port);
    }
  }
  for (const auto& [port, trouble] : lost_ports_) {
    bound_ports_.erase(port);
  }
  // Workers that this has replaced know what was true before.
  if (const auto processes = process_.cli().processes()) {
    apply_maps_to_replaced(*processes);
  }
  return {};
}

/// It has the pipe then, so its file can say what the one before could not do.
Result<void> HaproxyRouter::start_anew() {
  if (files_.is_foreign()) {
    log::warn("no HAProxy answers at {}; it finds its file when it is started",
              files_.foreign_socket.string());
    process_.missed();
    return {};
  }
  if (!std::exchange(logs_requests_, true)) {
    TRY(write_files());
  }
  return process_.start();
}

/// HAProxy has died, or a foreign one has come. Containers may have other addresses than its file
/// says.
void HaproxyRouter::restart() {
  const std::scoped_lock turn(turn_);
  if (!started_) {
    return;
  }
  if (!files_.is_foreign() && process_.cli().processes()) {
    // A change of a route was first to notice.
    return;
  }
  if (files_.is_foreign()) {
    log::info("HAProxy answers at {}", files_.foreign_socket.string());
  } else {
    log::error("HAProxy has ended unexpectedly; starting it again");
  }
  for (auto& [app, route] : routes_) {
    for (RouteServer& server : route.servers) {
      const auto now = server_of(server.container, server.port);
      if (now || now.error().code == ErrorCode::NotFound) {
        server.address = now ? now->address : "";
      }
    }
  }
  const auto loaded = load_file();
  if (!loaded) {
    log::error("HAProxy does not start: {}", loaded.error().for_log());
  }
}

}  // namespace minpaas::router
