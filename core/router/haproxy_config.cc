#include "core/router/haproxy_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/base/text.h"
#include "core/router/haproxy_hold.h"
#include "core/router/haproxy_leaving.h"
#include "core/router/haproxy_map.h"
#include "core/router/haproxy_tls.h"
#include "core/router/request_line.h"

namespace minpaas::router {
namespace {

constexpr std::string_view kHostMap = "hosts.map";
constexpr std::string_view kMaintenanceMap = "maintenance.map";

/// Every response that an app may still be writing has ended by then, or its client is dead.
constexpr std::string_view kGlobal =
    R"(# Written by minpaasd at every change: what is edited here is lost.
global
  # A worker that was replaced goes on for the connections it has, but not for ever.
  hard-stop-after 12h
)";

// Only what was never sent is sent again, and what is safe to do twice.
constexpr std::string_view kDefaults = R"(
defaults
  mode http
  timeout connect 5s
  timeout http-request 30s
  timeout client 60s
  timeout http-keep-alive 60s
  timeout queue 30s
  timeout server 300s
  timeout tunnel 1h
  option idle-close-on-response
  option redispatch 1
  option forwardfor
  retries 3
  retry-on conn-failure empty-response
  http-reuse safe
)";

constexpr std::string_view kAppRules = R"(  balance roundrobin
  http-request disable-l7-retry unless METH_GET or METH_HEAD or METH_OPTIONS
  http-request del-header X-Forwarded-For
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Forwarded-Port %[dst_port]
  http-request set-header X-Forwarded-Proto https if { ssl_fc }
  http-request set-header X-Forwarded-Proto http unless { ssl_fc }
  http-request set-header X-Request-Id %[uuid()] unless { req.hdr(X-Request-Id) -m found }
)";

constexpr std::string_view kPage =
    R"(<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body{{font:18px/1.5 system-ui,sans-serif;margin:20vh auto;max-width:32rem;padding:0 1rem;color:#222;background:#fff}}
h1{{font-size:1.5rem}} p{{color:#555}} @media(prefers-color-scheme:dark){{body{{color:#eee;background:#111}} p{{color:#aaa}}}}</style>
<h1>{title}</h1>
<p>{text}</p>
</html>
)";

std::string page(std::string_view title, std::string_view text) {
  return fmt::format(fmt::runtime(kPage), fmt::arg("title", title), fmt::arg("text", text));
}

struct Words {
  std::string_view reason;
  std::string_view title;
  std::string_view text;
};

Words words_of(int status) {
  switch (status) {
    case 502:
      return {"Bad Gateway", "The app gave no valid answer",
              "It closed the connection or sent something that is not HTTP. Its logs tell more."};
    case 504:
      return {"Gateway Time-out", "The app took too long to answer",
              "It accepted the request and has not answered it in time. Its logs tell more."};
    default:
      return {"Service Unavailable", "The app is not running",
              "It is stopped, or has not started yet. Try again in a moment."};
  }
}

/// Nothing when none of its addresses is free: a frontend needs one.
std::string render_by_name(const HaproxyConfig& config) {
  std::string binds;
  for (const ListenOn& listen : config.http) {
    if (!config.taken_ports.contains(listen.port)) {
      binds += fmt::format("  bind {}\n", bind_text(listen));
    }
  }
  binds += render_tls_binds(config);
  if (binds.empty()) {
    return "";
  }
  const std::string folder = config.folder.string();
  return fmt::format(
      "\nfrontend by-name\n{0}{5}"
      "  http-request set-var(txn.host) req.hdr(host),host_only,lower\n"
      "{3}"
      "{2}"
      "  http-request return status 404 content-type \"text/html; charset=utf-8\" file "
      "{1}/404.html "
      "unless {{ var(txn.app) -m found }}\n"
      "{4}"
      "  use_backend %[var(txn.app)]\n",
      binds, folder, render_host_lookup("txn.app", config.folder / kHostMap),
      render_tls_rules(config), kChallengeRule,
      config.log_requests ? render_request_captures() : "");
}

/// First of a backend's rules.
std::string render_maintenance_rule(const HaproxyConfig& config) {
  const std::string folder = config.folder.string();
  return fmt::format(
      "  http-request return status 503 content-type \"text/html; charset=utf-8\" file {0}/{1} "
      "hdr Retry-After 60 hdr Cache-Control no-store if {{ be_name,map({0}/{2}) -m found }}\n",
      folder, kMaintenancePage, kMaintenanceMap);
}

}  // namespace

std::string backend_name(const AppName& app) {
  return "app-" + app.str();
}

std::string backend_of(const AppName& app, const AppRoute& route) {
  return route.backend.empty() ? backend_name(app) : route.backend;
}

std::string backend_of(const AppName& app, const RouteTable& routes) {
  const auto route = routes.find(app);
  return route == routes.end() ? backend_name(app) : backend_of(app, route->second);
}

std::string free_backend(const AppName& app, int app_port, const RouteTable& routes) {
  const std::string name = backend_name(app);
  const bool is_taken = std::ranges::any_of(routes, [&](const auto& entry) {
    return entry.first != app && backend_of(entry.first, entry.second) == name;
  });
  // A port is one app's only, and no name of an app has a dot.
  return is_taken ? fmt::format("{}.{}", name, app_port) : name;
}

std::map<int, std::string> backends_in(std::string_view config) {
  std::map<int, std::string> backends;
  int port = 0;
  for (const std::string_view line : split(config, '\n')) {
    const auto words = split(trim(line), ' ');
    if (words.size() > 1 && words.front() == "bind") {
      const auto parsed = parse_number(words[1].substr(words[1].rfind(':') + 1), "port", 1, 65535);
      port = parsed ? static_cast<int>(*parsed) : 0;
    } else if (words.size() > 1 && words.front() == "default_backend" && port != 0) {
      backends.emplace(port, words[1]);
      port = 0;
    }
  }
  return backends;
}

std::string bind_text(const ListenOn& listen) {
  const bool is_v6 = listen.address.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", is_v6 ? "[" : "", listen.address, is_v6 ? "]" : "", listen.port);
}

std::string server_text(const RouteServer& server) {
  return fmt::format("{} {}{} pool-max-conn -1 pool-purge-delay 5s", server.name(),
                     bind_text({server.address, server.port}),
                     server.speaks_h2c ? " proto h2" : "");
}

std::string render_haproxy_config(const HaproxyConfig& config, const RouteTable& routes) {
  std::string text(kGlobal);
  if (!config.user.empty()) {
    text += fmt::format("  user {0}\n  group {0}\n", config.user);
  }
  text += config.can_hold ? render_hold_globals(config.folder) : "";
  text += render_tls_globals();
  text += kDefaults;
  text += config.log_requests ? render_request_log() : "";
  for (const int status : {502, 503, 504}) {
    text += fmt::format("  errorfile {0} {1}/{0}.http\n", status, config.folder.string());
  }
  text += render_by_name(config);
  text += render_challenge_backend(config);
  for (const auto& [app, route] : routes) {
    if (!config.taken_ports.contains(route.app_port)) {
      text +=
          fmt::format("\nfrontend port-{}\n  bind {}\n{}  default_backend {}\n", app.str(),
                      bind_text({config.app_address, route.app_port}),
                      config.log_requests ? render_request_captures() : "", backend_of(app, route));
    }
    text += fmt::format("\nbackend {}\n{}{}{}{}{}", backend_of(app, route),
                        render_maintenance_rule(config),
                        config.can_hold ? render_hold_rule(config.folder) : "", kAppRules,
                        config.log_requests ? render_request_id_capture() : "",
                        render_leaving_rules(config.folder));
    for (const RouteServer& server : route.servers) {
      if (server.address.empty()) {
        continue;
      }
      text += fmt::format("  server {}\n", server_text(server));
    }
    text += render_leaving_server(route);
  }
  return text;
}

std::string render_host_map(const HaproxyConfig& config, const RouteTable& routes,
                            const DomainTable& domains) {
  std::string text;
  for (const auto& [app, route] : routes) {
    text += fmt::format("{}.{} {}\n", app.str(), config.domain, backend_of(app, route));
    const auto own = domains.find(app);
    for (const std::string& host :
         own == domains.end() ? std::vector<std::string>() : own->second) {
      text += fmt::format("{} {}\n", host, backend_of(app, route));
    }
  }
  return text;
}

std::string render_maintenance_map(const std::set<AppName>& apps, const RouteTable& routes) {
  std::string text;
  for (const auto& [app, route] : routes) {
    text += apps.contains(app) ? fmt::format("{} on\n", backend_of(app, route)) : "";
  }
  return text;
}

std::string render_error_page(int status) {
  const Words words = words_of(status);
  const std::string body = page(words.title, words.text);
  return fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n"
      "Cache-Control: no-store\r\n{}\r\n{}",
      status, words.reason, body.size(), status == 503 ? "Retry-After: 5\r\n" : "", body);
}

std::string render_maintenance_page() {
  return page("Back in a moment", "This app is being worked on. Try again in a few minutes.");
}

std::string render_no_such_app_page() {
  return page("There is no app here",
              "No app of this server has this name. Push one: git push minpaas main");
}

}  // namespace minpaas::router
