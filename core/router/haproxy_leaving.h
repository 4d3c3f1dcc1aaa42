#pragma once

#include <filesystem>
#include <string>

#include "core/router/route_table.h"

/// Requests in a worker that was replaced: the next one on a connection that was open when HAProxy
/// read its file again, and what was held then. HAProxy has its proxies disabled by that time, and
/// refuses every change of their servers; maps it still changes. So these requests go where a map
/// says (HAProxy 2.6 configuration manual, `stopping`, `set-dst`). Pure.
namespace minpaas::router {

/// The server that they go to, in each backend.
inline constexpr const char* kLeavingServer = "leaving";
inline constexpr const char* kLeavingHosts = "leaving_hosts.map";
inline constexpr const char* kLeavingPorts = "leaving_ports.map";

/// Of a backend, behind those that answer or hold a request.
std::string render_leaving_rules(const std::filesystem::path& folder);
/// And behind its servers. It gets no request in a worker that takes connections.
std::string render_leaving_server(const AppRoute& route);

/// Lines `app-blog 172.18.0.2`: a container that has the requests of the backend now. One without
/// any has no line, and its requests get the page for apps that do not run.
std::string render_leaving_hosts(const RouteTable& routes);
/// Lines `app-blog 8000`
std::string render_leaving_ports(const RouteTable& routes);

}  // namespace minpaas::router
