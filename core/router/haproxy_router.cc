#include "core/router/haproxy_router.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <thread>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/router/haproxy_map.h"
#include "core/router/haproxy_ports.h"
#include "core/router/haproxy_servers.h"

namespace minpaas::router {
namespace {

using docker::ContainerId;

constexpr milliseconds kDrainInterval{20};
/// For the connections that were cut to be gone.
constexpr milliseconds kCutPatience{1000};
/// Of what was written for HAProxy.
constexpr std::size_t kMostFileBytes = 64 << 20;
/// Between two looks whether a port that could not be had is free.
constexpr milliseconds kLostPortInterval{5000};
/// For the ports of a HAProxy that has died.
constexpr milliseconds kPortPatience{3000};

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

std::set<int> ports_of(const std::map<int, std::string>& lost) {
  std::set<int> ports;
  for (const auto& [port, trouble] : lost) {
    ports.insert(port);
  }
  return ports;
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
          .taken_ports = ports_of(lost_ports_),
          .can_hold = can_hold_,
          .log_requests = reads_requests_ && logs_requests_,
          .user = files_.is_foreign() ? "" : worker_user()};
}

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
  return held_.empty() ? take_over() : go_on();
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

/// Takes over without a reload, which comes when nothing is held any more: a worker that was
/// replaced takes no new state of a server, so what waits in it would find none.
Result<void> HaproxyRouter::go_on() {
  for (const auto& [app, route] : routes_) {
    if (!route.backend.empty() && bound_ports_.contains(route.app_port)) {
      loaded_[app] = route.app_port;
    }
  }
  load_is_due_ = true;
  const RouteTable routes = routes_;
  for (const auto& [app, route] : routes) {
    if (loaded_.contains(app)) {
      TRY(apply(app));
    }
  }
  return {};
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
  const auto processes = process_.cli().processes();
  if (!processes) {
    return load_file();
  }
  TRY(write_files());
  for (const int worker : processes->workers) {
    const auto applied =
        apply_servers(process_.cli(), worker, backend_of(app, route), route.servers);
    if (!applied && worker == processes->workers.front()) {
      return applied;
    }
    if (!applied) {
      // One that was replaced: it may have ended, or be older than the app.
      log::debug("HAProxy worker {}: {}", worker, applied.error().for_log());
    }
  }
  return {};
}

Result<void> HaproxyRouter::write_files() {
  requests_.set_names(request_names());
  TRY(keep_file(files_.maintenance_map(), render_maintenance_map(in_maintenance_, routes_)));
  TRY(keep_file(files_.held_map(), render_held_map(held_, routes_)));
  TRY(keep_file(files_.host_map(), render_host_map(config(), routes_, domains_)));
  return keep_file(files_.config(), render_haproxy_config(config(), routes_));
}

/// Starts HAProxy, or has it read the file again. Under `turn_`.
Result<void> HaproxyRouter::load_file() {
  load_is_due_ = false;
  const bool runs = process_.cli().processes().has_value();
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

std::vector<ListenOn> HaproxyRouter::wanted_ports() const {
  std::vector<ListenOn> wanted = settings_.http;
  wanted.insert(wanted.end(), settings_.https.begin(), settings_.https.end());
  for (const auto& [app, route] : routes_) {
    wanted.push_back({settings_.app_address, route.app_port});
  }
  return wanted;
}

void HaproxyRouter::watch_lost_ports(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  while (!stop.stop_requested()) {
    std::unique_lock<std::mutex> lock(mutex);
    never.wait_for(lock, stop, kLostPortInterval, [] { return false; });
    if (!stop.stop_requested()) {
      take_freed_ports();
    }
  }
}

/// The program that had one has ended. One that is only started anew keeps its port: it is taken
/// when two looks in a row find it free. A foreign HAProxy that does not run may be what had it.
void HaproxyRouter::take_freed_ports() {
  const std::scoped_lock turn(turn_);
  const bool is_time = started_ && !lost_ports_.empty() &&
                       (!files_.is_foreign() || process_.cli().processes().has_value());
  const auto found_free = std::exchange(free_ports_, is_time ? freed_ports() : std::set<int>());
  const auto freed =
      std::ranges::find_if(free_ports_, [&](int port) { return found_free.contains(port); });
  if (freed == free_ports_.end()) {
    return;
  }
  log::info("port {} can be had again", *freed);
  const auto lost = lost_ports_;
  if (const auto loaded = take_over(); !loaded) {
    log::error("HAProxy does not take it: {}", loaded.error().for_log());
    // Nothing is served on it still, and the next looks try again.
    lost_ports_.insert(lost.begin(), lost.end());
  }
}

/// Lost ones that nothing keeps from being taken now, at any of the addresses that are wanted.
std::set<int> HaproxyRouter::freed_ports() const {
  std::set<int> freed;
  for (const auto& [port, trouble] : lost_ports_) {
    freed.insert(port);
  }
  for (const ListenOn& listen : wanted_ports()) {
    if (freed.contains(listen.port) && !trouble_with(listen).empty()) {
      freed.erase(listen.port);
    }
  }
  return freed;
}

/// A port that cannot be had must not keep all others from being served.
void HaproxyRouter::look_for_lost_ports() {
  std::map<int, std::string> lost;
  for (const ListenOn& listen : wanted_ports()) {
    const std::string trouble = bound_ports_.contains(listen.port) ? "" : trouble_with(listen);
    if (!trouble.empty()) {
      lost.emplace(listen.port, trouble);
      if (!lost_ports_.contains(listen.port)) {
        log::error("port {} {}: nothing is served on it", listen.port, trouble);
      }
    }
  }
  lost_ports_ = std::move(lost);
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
