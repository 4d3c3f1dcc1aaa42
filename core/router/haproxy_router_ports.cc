#include <algorithm>
#include <condition_variable>

#include "core/base/log.h"
#include "core/router/haproxy_ports.h"
#include "core/router/haproxy_router.h"

namespace minpaas::router {
namespace {

/// Between two looks whether a port that could not be had is free.
constexpr milliseconds kLostPortInterval{5000};

}  // namespace

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

std::set<int> HaproxyRouter::numbers_of_lost_ports() const {
  std::set<int> numbers;
  for (const auto& [port, trouble] : lost_ports_) {
    numbers.insert(port);
  }
  return numbers;
}

/// Lost ones that nothing keeps from being taken now, at any of the addresses that are wanted.
std::set<int> HaproxyRouter::freed_ports() const {
  std::set<int> freed = numbers_of_lost_ports();
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

}  // namespace minpaas::router
