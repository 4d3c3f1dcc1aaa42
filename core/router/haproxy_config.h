#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/app_name.h"
#include "core/base/clock.h"
#include "core/router/route_table.h"

/// The text of HAProxy's configuration file (HAProxy 2.6 configuration manual). Pure.
namespace minpaas::router {

struct ListenOn {
  std::string address;
  int port = 0;

  auto operator<=>(const ListenOn&) const = default;
};

struct HaproxyConfig {
  /// Holds the pages and the map.
  std::filesystem::path folder;
  /// Of the apps' names: `blog.localhost`.
  std::string domain;
  /// Where every app is reached by its name.
  std::vector<ListenOn> http;
  /// The same with TLS; empty while there is no certificate at all.
  std::vector<ListenOn> https;
  /// Whether http leads to https where a name has a certificate.
  bool https_redirect = true;
  /// How long browsers are told to know the name by https only; zero: they are not told.
  seconds hsts{0};
  /// Where an ACME client answers now; 0: there is none.
  int challenge_port = 0;
  /// Address of the apps' own ports.
  std::string app_address;
  /// Ports that are left out because another program has them.
  std::set<int> taken_ports;
  /// Whether requests can wait (haproxy_hold.h).
  bool can_hold = false;
  /// Whether requests are logged to its standard output.
  bool log_requests = false;
  /// User and group of the workers, empty: those of the server.
  std::string user;
};

inline constexpr std::string_view kMaintenancePage = "maintenance.html";

/// `c-0123456789ab 172.18.0.2:8000 ...`: a server with its address and options, in the file and at
/// run time. Idle connections are kept for other requests, which a server that is added at run time
/// would not do by itself.
std::string server_text(const RouteServer& server);

/// `blog` is the backend `app-blog` in the file and at run time.
std::string backend_name(const AppName& app);
/// The same for an app with a route: an app that was renamed keeps its backend, which its open
/// connections and the workers that were replaced know by the old name.
std::string backend_of(const AppName& app, const AppRoute& route);
/// Of any app: one without a route has the backend that its name says.
std::string backend_of(const AppName& app, const RouteTable& routes);
/// The backend for an app that has none yet: no other route has its name.
std::string free_backend(const AppName& app, int app_port, const RouteTable& routes);
/// Port -> backend of the apps' ports in a configuration file.
std::map<int, std::string> backends_in(std::string_view config);
/// `0.0.0.0:80`, `[::]:80`
std::string bind_text(const ListenOn& listen);
std::string render_haproxy_config(const HaproxyConfig& config, const RouteTable& routes);
/// Lines `blog.localhost app-blog`: which backend has the requests of a host name. `*.example.com`
/// is the line for the names with one label more that have none of their own.
std::string render_host_map(const HaproxyConfig& config, const RouteTable& routes,
                            const DomainTable& domains);
/// Lines `app-blog on`: the backends whose requests get the maintenance page. An app without a
/// route has no line.
std::string render_maintenance_map(const std::set<AppName>& apps, const RouteTable& routes);
/// The page that is shown instead of an app, as HAProxy's `errorfile` wants it: with its header.
std::string render_error_page(int status);
/// The page for a host name that no app has, without header.
std::string render_no_such_app_page();
/// The page for an app in maintenance, without header.
std::string render_maintenance_page();

}  // namespace minpaas::router
