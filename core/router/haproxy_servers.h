#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/router/haproxy_cli.h"
#include "core/router/route_table.h"

/// The servers of an app's backend in a running HAProxy. Thread: one change of an app at a time.
namespace minpaas::router {

/// Gives a worker the servers that it does not have yet, and takes requests from all others, which
/// stay known to it as long as they have a connection. New ones get requests before the old ones
/// stop getting them. Errors: Failed (it refused, or does not know the app), those of the cli.
Result<void> apply_servers(const HaproxyCli& cli, int worker, const std::string& backend,
                           const std::vector<RouteServer>& servers);

enum class Requests { MayEnd, AreCut };

/// Whether no worker has a request or a WebSocket at the servers of these names.
bool is_idle(const HaproxyCli& cli, const std::string& backend,
             const std::set<std::string>& servers, Requests requests);

}  // namespace minpaas::router
