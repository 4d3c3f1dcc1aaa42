#include "core/base/log.h"
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
  auto applied = apply_names(app);
  if (!applied) {
    domains_[app] = before;
    const auto back = apply_names(app);
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
  auto applied = apply_names(app);
  if (!applied) {
    in_maintenance_ = before;
    const auto back = apply_names(app);
    if (!back) {
      log::error("{}: its maintenance page is not what it was before: {}", app.str(),
                 back.error().for_log());
    }
  }
  return applied;
}

Result<void> HaproxyRouter::hold(const AppName& app) {
  const std::scoped_lock turn(turn_);
  if (load_is_due_ && !held_.contains(app)) {
    await_due_load();
  }
  held_.insert(app);
  auto applied = apply_names(app);
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
  auto applied = apply_names(app);
  let_go_at_ = std::chrono::steady_clock::now();
  loads_or_held_changed_.notify_all();
  if (applied && load_is_due_ && held_.empty()) {
    applied = take_over();
  }
  if (!applied) {
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
  return started_ ? apply_names(name) : Result<void>();
}

Result<void> HaproxyRouter::apply_maps(int worker) {
  TRY(apply_map(process_.cli(), worker, files_.host_map(),
                parse_map_file(render_host_map(config(), routes_, domains_))));
  if (can_hold_) {
    TRY(apply_map(process_.cli(), worker, files_.held_map(),
                  parse_map_file(render_held_map(held_, routes_))));
  }
  return apply_map(process_.cli(), worker, files_.maintenance_map(),
                   parse_map_file(render_maintenance_map(in_maintenance_, routes_)));
}

/// Those of `app` have changed. At run time where HAProxy runs; it has the file for its next start
/// in any case. Under `turn_`.
Result<void> HaproxyRouter::apply_names(const AppName& app) {
  TRY(write_files());
  const auto processes = process_.cli().processes();
  for (const int worker : processes ? processes->workers : std::vector<int>()) {
    const auto applied = apply_maps(worker);
    if (!applied && worker == processes->workers.front()) {
      log::info("HAProxy reads its names anew: {}", applied.error().for_log());
      return load_file(app);
    }
    if (!applied) {
      // One that was replaced may be older than the map, or have ended.
      log::debug("HAProxy worker {}: {}", worker, applied.error().for_log());
    }
  }
  return {};
}

}  // namespace minpaas::router
