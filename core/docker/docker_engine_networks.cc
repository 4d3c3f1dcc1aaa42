#include <fmt/format.h>

#include "core/docker/docker_engine.h"
#include "core/docker/json.h"
#include "core/docker/query.h"

// The calls of DockerEngine about networks.
namespace minpaas::docker {
namespace {

/// Whether containers may reach each other; engines say yes where nothing is said.
constexpr const char* kBetweenContainers = "com.docker.network.bridge.enable_icc";

Result<void> require_isolated(const std::string& name, std::string_view body) {
  const auto network = TRY(parse_json(body));
  if (text_of(member(network, "Options"), kBetweenContainers) == "false") {
    return {};
  }
  return Error{ErrorCode::Conflict,
               fmt::format("containers in the network {} of the engine reach each other", name),
               "remove it (docker network rm), or choose another name with [containers] network",
               ""};
}

}  // namespace

Result<void> DockerEngine::ensure_network(const std::string& name, const Labels& labels) {
  const std::string path = "/networks/" + url_encoded(name);
  const auto found = get(path);
  if (found || found.error().code != ErrorCode::NotFound) {
    return found ? require_isolated(name, *found) : found.error();
  }
  const Json body = {{"Name", name},
                     {"CheckDuplicate", true},
                     {"Driver", "bridge"},
                     {"Options", {{kBetweenContainers, "false"}}},
                     {"Labels", Json(labels)}};
  // 409: somebody else was quicker.
  TRY(post("/networks/create", to_text(body), {409}));
  return require_isolated(name, TRY(get(path)));
}

}  // namespace minpaas::docker
