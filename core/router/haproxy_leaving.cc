#include "core/router/haproxy_leaving.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/router/haproxy_config.h"

namespace minpaas::router {
namespace {

const RouteServer* serving(const AppRoute& route) {
  const auto found = std::ranges::find_if(
      route.servers, [](const RouteServer& server) { return !server.address.empty(); });
  return found == route.servers.end() ? nullptr : &*found;
}

template <typename Value>
std::string render_map(const RouteTable& routes, Value value_of) {
  std::string text;
  for (const auto& [app, route] : routes) {
    if (const RouteServer* server = serving(route)) {
      text += fmt::format("{} {}\n", backend_of(app, route), value_of(*server));
    }
  }
  return text;
}

}  // namespace

std::string render_leaving_rules(const std::filesystem::path& folder) {
  return fmt::format(
      "  http-request deny deny_status 503 if {{ stopping }} "
      "!{{ be_name,map_str_ip({0}/{1}) -m found }}\n"
      "  http-request set-dst be_name,map_str_ip({0}/{1}) if {{ stopping }}\n"
      "  http-request set-dst-port be_name,map_str_int({0}/{2}) if {{ stopping }}\n"
      // A server of before gets nothing either when that one does not answer.
      "  force-persist if {{ stopping }}\n"
      "  use-server {3} if {{ stopping }}\n",
      folder.string(), kLeavingHosts, kLeavingPorts, kLeavingServer);
}

std::string render_leaving_server(const AppRoute& route) {
  const bool speaks_h2c = std::ranges::any_of(route.servers, &RouteServer::speaks_h2c);
  return fmt::format("  server {} 0.0.0.0:0 weight 0 pool-max-conn 0{}\n", kLeavingServer,
                     speaks_h2c ? " proto h2" : "");
}

std::string render_leaving_hosts(const RouteTable& routes) {
  return render_map(routes, [](const RouteServer& server) { return server.address; });
}

std::string render_leaving_ports(const RouteTable& routes) {
  return render_map(routes, [](const RouteServer& server) { return server.port; });
}

}  // namespace minpaas::router
