#include "core/router/haproxy_servers.h"

#include <fmt/format.h>

#include "core/router/haproxy_config.h"
#include "core/router/haproxy_leaving.h"

namespace minpaas::router {
namespace {

constexpr std::string_view kNoBackend = "Can't find backend";

using Present = std::map<std::string, HaproxyServer>;

Result<Present> servers_in(const HaproxyCli& cli, int worker, const std::string& backend) {
  const std::string listing = TRY(cli.ask_worker(worker, "show servers state " + backend));
  if (listing.find(kNoBackend) != std::string::npos) {
    return Error{ErrorCode::Failed, "HAProxy does not know the app", "", listing};
  }
  Present present = TRY(parse_servers(listing));
  present.erase(kLeavingServer);
  return present;
}

/// One that takes connections. Errors: Failed, those of the cli.
Result<bool> is_worker_idle(const HaproxyCli& cli, int worker, const std::string& backend,
                            const std::set<std::string>& servers, Requests requests) {
  const std::string stat = TRY(cli.ask_worker(worker, fmt::format("show stat {} 4 -1", backend)));
  bool idle = true;
  for (const auto& [name, count] : TRY(parse_sessions(stat))) {
    if (!servers.contains(name) || count == 0) {
      continue;
    }
    idle = false;
    if (requests == Requests::AreCut) {
      const auto done =
          cli.ask_worker(worker, fmt::format("shutdown sessions server {}/{}", backend, name));
      static_cast<void>(done.has_value());
    }
  }
  return idle;
}

/// One that was replaced tells nothing of its backends. What it sends where a map says may be at
/// any container: it is waited for, and not cut.
Result<bool> is_replaced_worker_idle(const HaproxyCli& cli, int worker, const std::string& backend,
                                     const std::set<std::string>& servers, Requests requests) {
  bool idle = true;
  for (const HaproxyStream& stream : parse_streams(TRY(cli.ask_worker(worker, "show sess")))) {
    const bool is_at_one = servers.contains(stream.server);
    if (stream.backend != backend || (!is_at_one && stream.server != kLeavingServer)) {
      continue;
    }
    idle = false;
    if (requests == Requests::AreCut && is_at_one) {
      const auto done = cli.ask_worker(worker, "shutdown session " + stream.id);
      static_cast<void>(done.has_value());
    }
  }
  return idle;
}

Result<void> put(const HaproxyCli& cli, int worker, const std::string& backend,
                 const RouteServer& server, const Present& present) {
  const std::string name = backend + "/" + server.name();
  const auto found = present.find(server.name());
  if (found == present.end()) {
    TRY(cli.change_worker(worker, fmt::format("add server {}/{}", backend, server_text(server)),
                          "New server registered"));
  } else if (found->second.address != server.address || found->second.port != server.port) {
    TRY(cli.change_worker(
        worker, fmt::format("set server {} addr {} port {}", name, server.address, server.port),
        "changed"));
  }
  if (found == present.end() || found->second.in_maintenance) {
    TRY(cli.change_worker(worker, fmt::format("set server {} state ready", name), ""));
  }
  return {};
}

}  // namespace

Result<void> apply_servers(const HaproxyCli& cli, int worker, const std::string& backend,
                           const std::vector<RouteServer>& servers) {
  const auto present = TRY(servers_in(cli, worker, backend));
  std::set<std::string> wanted;
  for (const RouteServer& server : servers) {
    if (!server.address.empty()) {
      wanted.insert(server.name());
      TRY(put(cli, worker, backend, server, present));
    }
  }
  for (const auto& [name, server] : present) {
    if (wanted.contains(name)) {
      continue;
    }
    if (!server.in_maintenance) {
      TRY(cli.change_worker(worker, fmt::format("set server {}/{} state maint", backend, name),
                            ""));
    } else {
      // Of an earlier switch: refused as long as it has a connection, and tried again at the next.
      static_cast<void>(
          cli.ask_worker(worker, fmt::format("del server {}/{}", backend, name)).has_value());
    }
  }
  return {};
}

bool is_idle(const HaproxyCli& cli, const std::string& backend,
             const std::set<std::string>& servers, Requests requests) {
  const auto processes = cli.processes();
  if (!processes) {
    return true;
  }
  bool idle = true;
  for (const int worker : processes->workers) {
    const bool takes_connections = worker == processes->workers.front();
    const auto worker_is_idle =
        takes_connections ? is_worker_idle(cli, worker, backend, servers, requests)
                          : is_replaced_worker_idle(cli, worker, backend, servers, requests);
    // A worker that does not answer has ended meanwhile.
    idle = idle && (!worker_is_idle || *worker_is_idle);
  }
  return idle;
}

}  // namespace minpaas::router
