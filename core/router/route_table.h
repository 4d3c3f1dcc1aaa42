#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/app/app_name.h"
#include "core/docker/engine.h"

namespace minpaas::router {

/// A container that gets requests, by its own address.
struct RouteServer {
  docker::ContainerId container;
  /// Empty while it does not run: it gets no requests then.
  std::string address;
  int port = 0;
  /// `web.1`; empty while nobody could say it.
  std::string process = {};
  /// Whether it speaks HTTP/2 without TLS, and nothing else.
  bool speaks_h2c = false;

  /// Name in a proxy: a container keeps it for its life, whatever its address.
  [[nodiscard]] std::string name() const { return "c-" + container.value.substr(0, 12); }

  auto operator<=>(const RouteServer&) const = default;
};

struct AppRoute {
  int app_port = 0;
  std::vector<RouteServer> servers;
  /// Its name for the route in a running proxy, which a rename of the app leaves as it is; empty:
  /// it follows from the app's name.
  std::string backend = {};
};

using RouteTable = std::map<AppName, AppRoute>;

/// Host names that were added to apps, in lower case; `*.example.com` stands for one label more.
using DomainTable = std::map<AppName, std::vector<std::string>>;

}  // namespace minpaas::router
