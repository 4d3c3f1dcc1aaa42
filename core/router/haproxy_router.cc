#include "core/router/haproxy_router.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/router/haproxy_leaving.h"
#include "core/router/haproxy_map.h"
#include "core/router/haproxy_ports.h"
#include "core/router/haproxy_servers.h"

namespace minpaas::router {
namespace {

using docker::ContainerId;

constexpr milliseconds kDrainInterval{20};
/// For the connections that were cut to be gone.
constexpr milliseconds kCutPatience{1000};

bool runs(const docker::ContainerDetails& details) {
  return details.state == docker::RunState::Running && !details.address.empty();
}

std::string label_of(const docker::ContainerDetails& details, std::string_view name) {
  const auto found = details.labels.find(std::string(name));
  return found == details.labels.end() ? "" : found->second;
}

/// One that has this content is left alone: a release changes few files, and each that is written
/// waits for the disk before the release gets its traffic.
Result<void> keep_file(const std::filesystem::path& path, const std::string& content) {
  const auto before = read_file(path, content.size() + 1);
  return before && *before == content ? Result<void>() : write_file_atomically(path, content, 0600);
}

/// Workers need no rights but to connect; Debian's package makes a user for them.
std::string worker_user() {
  return ::geteuid() == 0 && ::getpwnam("haproxy") != nullptr ? "haproxy" : "";
}

}  // namespace

HaproxyRouter::HaproxyRouter(docker::Engine& engine, HaproxySettings settings)
    : engine_(engine),
      settings_(std::move(settings)),
      files_{settings_.folder, settings_.foreign_socket},
      can_hold_(router::can_hold(settings_.program)),
      certificates_(settings_.folder),
      process_(settings_.program, files_, [this] { restart(); }),
      port_watcher_([this](const std::stop_token& stop) { watch_lost_ports(stop); }) {}

HaproxyConfig HaproxyRouter::config() const {
  const bool has_certificate = certificates_.is_ready();
  return {.folder = settings_.folder,
          .domain = settings_.domain,
          .http = settings_.http,
          .https = has_certificate ? settings_.https : std::vector<ListenOn>(),
          .https_redirect = settings_.https_redirect,
          .hsts = settings_.hsts,
          .challenge_port = challenge_port_,
          .app_address = settings_.app_address,
          .taken_ports = numbers_of_lost_ports(),
          .can_hold = can_hold_,
          .log_requests = reads_requests_ && logs_requests_,
          .user = files_.is_foreign() ? "" : worker_user()};
}

Result<RouteServer> HaproxyRouter::server_of(const ContainerId& container, int internal_port) {
  const auto details = TRY(engine_.inspect_container(container));
  return RouteServer{container, runs(details) ? details.address : "", internal_port,
                     label_of(details, docker::kLabelProcess),
                     label_of(details, docker::kLabelProtocol) == "h2c"};
}

Result<Switched> HaproxyRouter::switch_to(const RouteChange& change, const AnswerCheck& /*answers*/,
                                          std::stop_token stop) {
  if (change.candidates.empty()) {
    return Switched{};
  }
  std::vector<RouteServer> servers;
  Switched switched;
  for (const Candidate& candidate : change.candidates) {
    servers.push_back(TRY(server_of(candidate.container, candidate.spec.internal_port)));
    if (servers.back().address.empty()) {
      return Error{ErrorCode::Failed, "a container ended before it got the traffic", "", ""};
    }
    switched.serving.push_back(candidate.container);
  }
  if (stop.stop_requested()) {
    return Error{ErrorCode::Cancelled, "the switch was cancelled", "", ""};
  }
  const std::scoped_lock turn(turn_);
  const auto known = routes_.find(change.app);
  replaced_[change.app] =
      known == routes_.end() ? std::vector<RouteServer>() : known->second.servers;
  TRY(set_servers(change.app, change.app_port, std::move(servers)));
  return switched;
}

Result<void> HaproxyRouter::switch_back(const RouteChange& change, const Switched& switched) {
  Result<void> back;
  {
    const std::scoped_lock turn(turn_);
    back = set_servers(change.app, change.app_port, replaced_[change.app]);
    replaced_.erase(change.app);
  }
  for (const ContainerId& container : switched.serving) {
    const auto removed = engine_.remove_container(container);
    if (!removed) {
      log::warn("{}: container {} stays behind: {}", change.app.str(), container.value,
                removed.error().for_log());
    }
  }
  return back;
}

void HaproxyRouter::drain(const AppName& app, const std::vector<ContainerId>& containers,
                          milliseconds patience, std::stop_token stop) {
  if (containers.empty()) {
    return;
  }
  std::set<std::string> names;
  for (const ContainerId& container : containers) {
    names.insert(RouteServer{container, "", 0}.name());
  }
  auto cut_at = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto now = std::chrono::steady_clock::now();
    cut_at = stop.stop_requested() ? std::min(cut_at, now) : cut_at;
    {
      const std::scoped_lock turn(turn_);
      if (is_idle(process_.cli(), backend_of(app, routes_), names,
                  now >= cut_at ? Requests::AreCut : Requests::MayEnd) ||
          now >= cut_at + kCutPatience) {
        replaced_.erase(app);
        return;
      }
    }
    std::this_thread::sleep_for(kDrainInterval);
  }
}

Result<void> HaproxyRouter::restore(const Route& route) {
  std::vector<RouteServer> servers;
  for (const ContainerId& container : route.serving) {
    TRY(engine_.start_container(container));
    TRY(engine_.set_restart_policy(container, docker::RestartPolicy::UnlessStopped));
    servers.push_back(TRY(server_of(container, route.internal_port)));
  }
  const std::scoped_lock turn(turn_);
  return set_servers(route.app, route.app_port, std::move(servers));
}

void HaproxyRouter::refresh(const ContainerId& container) {
  const std::scoped_lock turn(turn_);
  const auto route = std::ranges::find_if(routes_, [&](const auto& entry) {
    return std::ranges::count(entry.second.servers, container, &RouteServer::container) > 0;
  });
  if (route == routes_.end()) {
    return;
  }
  const AppName app = route->first;
  auto servers = route->second.servers;
  const auto known = std::ranges::find(servers, container, &RouteServer::container);
  const auto now = server_of(container, known->port);
  const std::string address = now ? now->address : "";
  if (address == known->address) {
    return;
  }
  *known = now ? *now : RouteServer{container, "", known->port, known->process, known->speaks_h2c};
  const auto done = set_servers(app, route->second.app_port, std::move(servers));
  if (!done) {
    log::error("{}: the route did not follow its container: {}", app.str(), done.error().for_log());
  }
}

Result<void> HaproxyRouter::remove(const AppName& app) {
  const std::scoped_lock turn(turn_);
  domains_.erase(app);
  in_maintenance_.erase(app);
  held_.erase(app);
  if (routes_.erase(app) == 0) {
    return {};
  }
  if (const auto told = apply_names(); !told) {
    log::warn("{}: {}", app.str(), told.error().for_log());
  }
  return load_file();
}

/// The old servers stay known to HAProxy, without new requests, until `drain`. Under `turn_`.
Result<void> HaproxyRouter::set_servers(const AppName& app, int app_port,
                                        std::vector<RouteServer> servers) {
  const auto known = routes_.find(app);
  const std::optional<AppRoute> before =
      known == routes_.end() ? std::nullopt : std::optional(known->second);
  const std::string backend =
      before ? backend_of(app, *before) : free_backend(app, app_port, routes_);
  routes_[app] = {app_port, std::move(servers), backend};
  auto applied = apply(app);
  if (applied) {
    return applied;
  }
  if (before) {
    routes_[app] = *before;
  } else {
    routes_.erase(app);
  }
  const auto back = before ? apply(app) : write_files();
  if (!back) {
    log::error("{}: the route is not what it was before: {}", app.str(), back.error().for_log());
  }
  return applied;
}

Result<void> HaproxyRouter::apply(const AppName& app) {
  const AppRoute& route = routes_.at(app);
  const auto loaded = loaded_.find(app);
  if (loaded == loaded_.end() || loaded->second != route.app_port ||
      lost_ports_.contains(route.app_port)) {
    const std::string trouble = bound_ports_.contains(route.app_port)
                                    ? ""
                                    : trouble_with({settings_.app_address, route.app_port});
    if (!trouble.empty()) {
      return Error{ErrorCode::Conflict,
                   fmt::format("port {} of this host {}", route.app_port, trouble),
                   fmt::format("find it with: ss -ltnp 'sport = :{}'", route.app_port), ""};
    }
    return load_file();
  }
  return apply_at_run_time(app);
}

/// To an app that the running HAProxy has. Under `turn_`.
Result<void> HaproxyRouter::apply_at_run_time(const AppName& app) {
  const AppRoute& route = routes_.at(app);
  const auto processes = process_.cli().processes();
  if (!processes || processes->workers.empty()) {
    return load_file();
  }
  TRY(write_files());
  TRY(apply_servers(process_.cli(), processes->workers.front(), backend_of(app, route),
                    route.servers));
  return apply_maps(*processes);
}

Result<void> HaproxyRouter::write_files() {
  requests_.set_names(request_names());
  TRY(keep_file(files_.maintenance_map(), render_maintenance_map(in_maintenance_, routes_)));
  TRY(keep_file(files_.held_map(), render_held_map(held_, routes_)));
  TRY(keep_file(files_.leaving_hosts(), render_leaving_hosts(routes_)));
  TRY(keep_file(files_.leaving_ports(), render_leaving_ports(routes_)));
  TRY(keep_file(files_.host_map(), render_host_map(config(), routes_, domains_)));
  return keep_file(files_.config(), render_haproxy_config(config(), routes_));
}

void HaproxyRouter::add_foreign_problems(std::vector<std::string>& found) const {
  const auto processes = process_.cli().processes();
  if (!processes || processes->workers.empty()) {
    found.push_back(fmt::format("no HAProxy answers at {}", files_.foreign_socket.string()));
    return;
  }
  const auto seen = process_.cli().ask_worker(processes->workers.front(), "show stat by-name 1 -1");
  if (seen && seen->find("by-name,FRONTEND") == std::string::npos && !settings_.http.empty() &&
      !lost_ports_.contains(settings_.http.front().port)) {
    found.push_back(fmt::format("the HAProxy at {} does not have {} among its files",
                                files_.foreign_socket.string(), files_.config().string()));
  }
}

std::vector<std::string> HaproxyRouter::problems() const {
  const std::scoped_lock turn(turn_);
  std::vector<std::string> found;
  if (!failure_.empty()) {
    found.push_back(failure_);
  }
  if (files_.is_foreign()) {
    add_foreign_problems(found);
  }
  for (const auto& [port, trouble] : lost_ports_) {
    found.push_back(fmt::format("port {} {}", port, trouble));
  }
  return found;
}

}  // namespace minpaas::router
