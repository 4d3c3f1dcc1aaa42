#include "core/router/haproxy_servers.h"

#include <fmt/format.h>

#include "core/router/haproxy_config.h"

namespace minpaas::router {
namespace {

constexpr std::string_view kNoBackend = "Can't find backend";

using Present = std::map<std::string, HaproxyServer>;

Result<Present> servers_in(const HaproxyCli& cli, int worker, const std::string& backend) {
  const std::string listing = TRY(cli.ask_worker(worker, "show servers state " + backend));
  if (listing.find(kNoBackend) != std::string::npos) {
    return Error{ErrorCode::Failed, "HAProxy does not know the app", "", listing};
  }
  return parse_servers(listing);
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
    const auto stat = cli.ask_worker(worker, fmt::format("show stat {} 4 -1", backend));
    const auto sessions = stat ? parse_sessions(*stat) : stat.error();
    if (!sessions) {
      // A worker that has ended meanwhile, or is older than the app.
      continue;
    }
    for (const auto& [name, count] : *sessions) {
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
  }
  return idle;
}

}  // namespace minpaas::router
