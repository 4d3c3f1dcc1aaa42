#include "core/base/log.h"
#include "core/router/haproxy_leaving.h"
#include "core/router/haproxy_map.h"
#include "core/router/haproxy_router.h"

namespace minpaas::router {
namespace {

template <typename Value>
void rename_key(std::map<AppName, Value>& entries, const AppName& app, const AppName& name) {
  if (auto entry = entries.extract(app)) {
    entry.key() = name;
    entries.erase(name);
    entries.insert(std::move(entry));
  }
}

void rename_key(std::set<AppName>& entries, const AppName& app, const AppName& name) {
  if (auto entry = entries.extract(app)) {
    entry.value() = name;
    entries.insert(std::move(entry));
  }
}

}  // namespace

Result<void> HaproxyRouter::set_domains(const AppName& app, std::vector<std::string> hosts) {
  const std::scoped_lock turn(turn_);
  const std::vector<std::string> before = std::exchange(domains_[app], std::move(hosts));
  if (!started_ || before == domains_[app]) {
    return {};
  }
  auto applied = apply_names();
  if (!applied) {
    domains_[app] = before;
    const auto back = apply_names();
    if (!back) {
      log::error("{}: its domains are not what they were before: {}", app.str(),
                 back.error().for_log());
    }
  }
  return applied;
}

Result<void> HaproxyRouter::set_maintenance(const AppName& app, Shown shown) {
  const std::scoped_lock turn(turn_);
  const std::set<AppName> before = in_maintenance_;
  if (shown == Shown::Page) {
    in_maintenance_.insert(app);
  } else {
    in_maintenance_.erase(app);
  }
  if (!started_ || before == in_maintenance_) {
    return {};
  }
  auto applied = apply_names();
  if (!applied) {
    in_maintenance_ = before;
    const auto back = apply_names();
    if (!back) {
      log::error("{}: its maintenance page is not what it was before: {}", app.str(),
                 back.error().for_log());
    }
  }
  return applied;
}

Result<void> HaproxyRouter::hold(const AppName& app) {
  const std::scoped_lock turn(turn_);
  held_.insert(app);
  auto applied = apply_names();
  if (!applied) {
    held_.erase(app);
  }
  return applied;
}

void HaproxyRouter::let_go(const AppName& app) {
  const std::scoped_lock turn(turn_);
  if (held_.erase(app) == 0) {
    return;
  }
  if (const auto applied = apply_names(); !applied) {
    log::error("{}: its requests wait on: {}", app.str(), applied.error().for_log());
  }
}

bool HaproxyRouter::holds(const AppName& app) const {
  const std::scoped_lock turn(turn_);
  return held_.contains(app);
}

/// The backend and its servers stay: workers that were replaced know them by that name, too.
Result<void> HaproxyRouter::rename(const AppName& app, const AppName& name) {
  const std::scoped_lock turn(turn_);
  if (const auto route = routes_.find(app); route != routes_.end()) {
    route->second.backend = backend_of(app, route->second);
  }
  rename_key(routes_, app, name);
  if (domains_.contains(name)) {
    // Told since the row has the name: newer.
    domains_.erase(app);
  } else {
    rename_key(domains_, app, name);
  }
  rename_key(loaded_, app, name);
  rename_key(replaced_, app, name);
  rename_key(in_maintenance_, app, name);
  rename_key(held_, app, name);
  return started_ ? apply_names() : Result<void>();
}

Result<void> HaproxyRouter::apply_maps(int worker) {
  std::vector<std::pair<std::filesystem::path, std::string>> maps{
      {files_.host_map(), render_host_map(config(), routes_, domains_)},
      {files_.leaving_hosts(), render_leaving_hosts(routes_)},
      {files_.leaving_ports(), render_leaving_ports(routes_)},
      {files_.maintenance_map(), render_maintenance_map(in_maintenance_, routes_)}};
  if (can_hold_) {
    maps.emplace_back(files_.held_map(), render_held_map(held_, routes_));
  }
  for (const auto& [file, text] : maps) {
    TRY(apply_map(process_.cli(), worker, file, parse_map_file(text)));
  }
  return {};
}

/// To the worker that takes connections and those that were replaced. Errors: of the first.
Result<void> HaproxyRouter::apply_maps(const HaproxyProcesses& processes) {
  if (!processes.workers.empty()) {
    TRY(apply_maps(processes.workers.front()));
  }
  apply_maps_to_replaced(processes);
  return {};
}

void HaproxyRouter::apply_maps_to_replaced(const HaproxyProcesses& processes) {
  for (std::size_t i = 1; i < processes.workers.size(); ++i) {
    const int worker = processes.workers[i];
    if (const auto applied = apply_maps(worker); !applied) {
      // It may be older than a map, or have ended.
      log::debug("HAProxy worker {}: {}", worker, applied.error().for_log());
    }
  }
}

/// At run time where HAProxy runs; it has the file for its next start in any case. Under `turn_`.
Result<void> HaproxyRouter::apply_names() {
  TRY(write_files());
  const auto processes = process_.cli().processes();
  const auto applied = processes ? apply_maps(*processes) : Result<void>();
  if (!applied) {
    log::info("HAProxy reads its names anew: {}", applied.error().for_log());
    return load_file();
  }
  return {};
}

}  // namespace minpaas::router
