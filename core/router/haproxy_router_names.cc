#include "core/base/log.h"
#include "core/router/haproxy_map.h"
#include "core/router/haproxy_router.h"

namespace minpaas::router {

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
  const auto applied = apply_names();
  if (!applied) {
    log::error("{}: its requests wait on: {}", app.str(), applied.error().for_log());
  }
}

Result<void> HaproxyRouter::apply_maps(int worker) {
  TRY(apply_map(process_.cli(), worker, files_.host_map(),
                parse_map_file(render_host_map(config(), routes_, domains_))));
  if (can_hold_) {
    TRY(apply_map(process_.cli(), worker, files_.held_map(),
                  parse_map_file(render_held_map(held_))));
  }
  return apply_map(process_.cli(), worker, files_.maintenance_map(),
                   parse_map_file(render_maintenance_map(in_maintenance_)));
}

/// At run time where HAProxy runs; it has the file for its next start in any case. Under `turn_`.
Result<void> HaproxyRouter::apply_names() {
  TRY(write_files());
  const auto processes = process_.cli().processes();
  for (const int worker : processes ? processes->workers : std::vector<int>()) {
    const auto applied = apply_maps(worker);
    if (!applied && worker == processes->workers.front()) {
      log::info("HAProxy reads its names anew: {}", applied.error().for_log());
      return load_file();
    }
    if (!applied) {
      // One that was replaced may be older than the map, or have ended.
      log::debug("HAProxy worker {}: {}", worker, applied.error().for_log());
    }
  }
  return {};
}

}  // namespace minpaas::router
