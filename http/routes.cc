#include <algorithm>
#include <optional>

#include "core/base/text.h"
#include "http/route_line.h"

namespace minpaas::http {
namespace {

Field input(std::string name, std::string description, bool required = true) {
  return {.name = std::move(name),
          .role = Role::Input,
          .required = required,
          .description = std::move(description)};
}

Field text_field(std::string name, std::string description) {
  return {.name = std::move(name), .description = std::move(description)};
}

std::vector<RouteLine> app_lines() {
  return {
      {"GET", "/apps", "apps", Answer::Json, 200, {}, {}, {}, "name"},
      {"POST", "/apps", "apps:create", Answer::Json, 201},
      {"GET", "/apps/{name}", "apps:info"},
      {"PATCH", "/apps/{name}", "apps:set", Answer::Json, 200, {{"KEY=VALUE", "settings"}}},
      {"DELETE", "/apps/{name}", "apps:destroy", Answer::Json, 200, {{"confirm", "=name"}}},
      {"POST", "/apps/{name}/rename", "apps:rename", Answer::Json, 200, {{"NEW", "new_name"}}},
      {"POST", "/apps/{name}/lock", "apps:lock"},
      {"POST", "/apps/{name}/unlock", "apps:unlock"},
      {"GET", "/apps/{name}/config", "config"},
      {"PATCH", "/apps/{name}/config", "config:set", Answer::Deploy, 200, {{"KEY=VALUE", "vars"}}},
      {"GET", "/apps/{name}/config/export", "config:export", Answer::Json, 200, {{"format", ""}}},
      {"POST", "/apps/{name}/config/unset", "config:unset", Answer::Deploy, 200, {{"KEY", "keys"}}},
      {"GET", "/apps/{name}/config/vars/{key}", "config:get"},
      {"GET", "/apps/{name}/build-secrets", "build-secrets"},
      {"PATCH",
       "/apps/{name}/build-secrets",
       "build-secrets:set",
       Answer::Json,
       200,
       {{"KEY=VALUE", "secrets"}}},
      {"POST",
       "/apps/{name}/build-secrets/unset",
       "build-secrets:unset",
       Answer::Json,
       200,
       {{"KEY", "keys"}}},
      {"GET", "/apps/{name}/logs", "logs", Answer::Lines},
  };
}

/// An archive is too long for a body; it is sent over SSH.
std::vector<RouteLine> deploy_lines() {
  return {{"POST", "/deploy", "deploy", Answer::Deploy, 200, {{"archive", ""}}},
          {"POST", "/apps/{name}/deploy-key", "deploy-key"}};
}

std::vector<RouteLine> process_lines() {
  return {
      {"GET", "/apps/{name}/ps", "ps"},
      {"POST", "/apps/{name}/ps/restart", "ps:restart", Answer::Deploy},
      {"POST", "/apps/{name}/ps/scale", "ps:scale", Answer::Deploy, 200, {{"TYPE=N", "formation"}}},
      {"POST", "/apps/{name}/ps/stop", "ps:stop", Answer::Deploy},
      {"POST", "/apps/{name}/ps/start", "ps:start", Answer::Deploy},
      {"POST", "/apps/{name}/ps/rebuild", "ps:rebuild", Answer::Deploy},
      {"POST",
       "/apps/{name}/run",
       "run",
       Answer::Program,
       200,
       {},
       {input("input", "standard input of the program", false)}},
      {"POST",
       "/apps/{name}/exec",
       "exec",
       Answer::Program,
       200,
       {{"TYPE.N", "process"}},
       {input("input", "standard input of the program", false)}},
      {"GET", "/apps/{name}/resources", "resources"},
      {"PATCH",
       "/apps/{name}/resources",
       "resources:set",
       Answer::Json,
       200,
       {{"[TYPE] K=V", "limits"}},
       {},
       {text_field("type", "only of this process type")}},
  };
}

std::vector<RouteLine> check_and_cron_lines() {
  return {
      {"GET", "/apps/{name}/checks", "checks"},
      {"PATCH",
       "/apps/{name}/checks",
       "checks:set",
       Answer::Json,
       200,
       {{"[TYPE] K=V", "settings"}},
       {},
       {text_field("type", "only of this process type")}},
      {"GET", "/apps/{name}/cron", "cron"},
      {"GET", "/apps/{name}/cron/history", "cron:history", Answer::Json, 200, {}, {}, {}, "run"},
      {"POST", "/apps/{name}/cron/{id}/run", "cron:run", Answer::Program},
  };
}

std::vector<RouteLine> storage_lines() {
  return {
      {"GET", "/storage", "storage", Answer::Json, 200, {{"APP", "app"}}, {}, {}, "volume"},
      {"POST",
       "/apps/{name}/storage",
       "storage:mount",
       Answer::Deploy,
       200,
       {{"NAME:/PATH", "mount"}}},
      {"DELETE",
       "/apps/{name}/storage/{storage}",
       "storage:unmount",
       Answer::Deploy,
       200,
       {{"NAME", "storage"}}},
      {"DELETE",
       "/storage/{volume}",
       "storage:remove",
       Answer::Json,
       200,
       {{"confirm", "=volume"}}},
  };
}

std::vector<RouteLine> release_lines() {
  return {
      {"GET", "/apps/{name}/releases", "releases", Answer::Json, 200, {}, {}, {}, "release"},
      {"GET",
       "/apps/{name}/releases/{release}",
       "releases:info",
       Answer::Json,
       200,
       {{"vN", "release"}}},
      {"POST", "/apps/{name}/rollback", "rollback", Answer::Deploy, 200, {{"vN", "release"}}},
      {"GET", "/apps/{name}/builds", "builds", Answer::Json, 200, {}, {}, {}, "id"},
      {"GET", "/apps/{name}/builds/output", "builds:output", Answer::Lines},
      {"POST", "/apps/{name}/builds/cancel", "builds:cancel"},
      {"GET", "/apps/{name}/domains", "domains"},
      {"POST", "/apps/{name}/domains", "domains:add", Answer::Json, 200, {{"HOST", "hosts"}}},
      {"DELETE", "/apps/{name}/domains", "domains:remove"},
      {"PUT", "/apps/{name}/maintenance", "maintenance:on"},
      {"DELETE", "/apps/{name}/maintenance", "maintenance:off"},
      {"GET", "/apps/{name}/certs", "certs"},
      {"POST",
       "/apps/{name}/certs",
       "certs:add",
       Answer::Json,
       200,
       {},
       {input("certificate", "PEM, with its chain"), input("key", "PEM")}},
      {"DELETE", "/apps/{name}/certs", "certs:remove"},
      {"PUT", "/apps/{name}/certs/auto", "certs:auto", Answer::Json, 200, {{"on|off", "auto"}}},
  };
}

std::vector<RouteLine> people_lines() {
  return {
      {"GET", "/users", "users", Answer::Json, 200, {}, {}, {}, "name"},
      {"POST", "/users", "users:add", Answer::Json, 201},
      {"PATCH", "/users/{user}", "users:set", Answer::Json, 200, {{"NAME", "user"}}},
      {"DELETE", "/users/{user}", "users:remove", Answer::Json, 200, {{"NAME", "user"}}},
      {"GET", "/apps/{name}/access", "access"},
      {"PUT", "/apps/{name}/access/{user}", "access:grant"},
      {"DELETE", "/apps/{name}/access/{user}", "access:revoke"},
      {"GET", "/keys", "keys", Answer::Json, 200, {}, {}, {}, "fingerprint"},
      {"POST",
       "/keys",
       "keys:add",
       Answer::Json,
       201,
       {},
       {input("public_key", "as in a .pub file")}},
      {"DELETE", "/keys/{fingerprint}", "keys:remove"},
      {"GET", "/tokens", "tokens", Answer::Json, 200, {}, {}, {}, "id"},
      {"POST", "/tokens", "tokens:create", Answer::Json, 201},
      {"DELETE", "/tokens/{token}", "tokens:revoke", Answer::Json, 200, {{"NAME|ID", "token"}}},
  };
}

std::vector<RouteLine> host_lines() {
  return {
      {"GET", "/events", "events", Answer::Lines, 200, {{"APP", "app"}}, {}, {}, "seq"},
      {"GET", "/events/verdict", "events:verify"},
      {"GET", "/version", "version"},
      {"GET", "/doctor", "doctor"},
  };
}

Route route_of_its_own(std::string_view method, std::string_view pattern, Answer answer,
                       std::string_view summary, std::vector<Field> fields = {}) {
  return {.method = method,
          .pattern = pattern,
          .summary = summary,
          .answer = answer,
          .fields = std::move(fields)};
}

std::vector<Route> make_table() {
  std::vector<Route> table{
      route_of_its_own("GET", "/healthz", Answer::Health, "Whether the server answers"),
      route_of_its_own("GET", "/openapi.json", Answer::OpenApi, "This description"),
      route_of_its_own("GET", "/metrics", Answer::Metrics, "Numbers, as Prometheus reads them"),
  };
  for (const auto& lines : {app_lines(), deploy_lines(), process_lines(), check_and_cron_lines(),
                            storage_lines(), release_lines(), people_lines(), host_lines()}) {
    for (const RouteLine& line : lines) {
      table.push_back(make_route(line));
    }
  }
  return table;
}

std::optional<std::map<std::string, std::string>> fit(std::string_view pattern,
                                                      const std::vector<std::string>& segments) {
  const auto parts = split(pattern.substr(1), '/');
  if (parts.size() != segments.size()) {
    return std::nullopt;
  }
  std::map<std::string, std::string> values;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].starts_with('{') && !segments[i].empty()) {
      values.emplace(parts[i].substr(1, parts[i].size() - 2), segments[i]);
    } else if (parts[i] != segments[i]) {
      return std::nullopt;
    }
  }
  return values;
}

}  // namespace

std::string_view Route::page_cursor() const {
  return std::ranges::any_of(command->options,
                             [](const auto& option) { return option.name == "after"; })
             ? "after"
             : "before";
}

std::span<const Route> route_table() {
  static const std::vector<Route> table = make_table();
  return table;
}

OrProblem<RouteMatch> find_route(std::string_view method,
                                 const std::vector<std::string>& segments) {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  std::vector<std::string_view> others;
  // A word of the pattern goes before a name: /releases/info is no release.
  RouteMatch best;
  for (const Route& route : route_table()) {
    auto values = fit(route.pattern, segments);
    if (!values) {
      continue;
    }
    if (route.method != wanted) {
      others.push_back(route.method);
    } else if (best.route == nullptr || values->size() < best.path.size()) {
      best = {&route, std::move(*values)};
    }
  }
  if (best.route != nullptr) {
    return best;
  }
  if (others.empty()) {
    return Problem{.status = 404,
                   .code = "not_found",
                   .detail = "there is no such path",
                   .hint = "GET /openapi.json lists them"};
  }
  std::ranges::sort(others);
  std::string allow;
  for (const std::string_view other : others) {
    allow += (allow.empty() ? "" : ", ") + std::string(other);
    if (other == "GET") {
      allow += ", HEAD";
    }
  }
  return Problem{.status = 405,
                 .code = "invalid_input",
                 .detail = "this path does not take that method",
                 .hint = "it takes " + allow,
                 .headers = {{"Allow", allow}}};
}

}  // namespace minpaas::http
