#include "core/docker/container_json.h"
#include "core/docker/docker_engine.h"
#include "core/docker/query.h"

// The calls of DockerEngine about one container or all of them.
namespace minpaas::docker {
namespace {

/// What runc says of a container that uses more than its new limit.
constexpr std::string_view kMemoryInUse = "unable to set memory limit";
/// What it says of an address that was asked for and that another container has: one that was
/// started by hand, or by another server that shares the network.
constexpr std::string_view kAddressInUse = "Address already in use";

std::string path_of(const ContainerId& id) {
  return "/containers/" + url_encoded(id.value);
}

}  // namespace

Result<ContainerId> DockerEngine::create_container(const ContainerSpec& spec) {
  const auto address = TRY(take_address(spec.network));
  auto answer =
      post("/containers/create" + Query().add("name", spec.name).str(), create_body(spec, address));
  if (!answer) {
    Error error = answer.error();
    // The only conflict that a create can have.
    error.code = error.code == ErrorCode::Conflict ? ErrorCode::AlreadyExists : error.code;
    return error;
  }
  return parse_created(answer->body);
}

Result<void> DockerEngine::start_container(const ContainerId& id) {
  auto answer = post(path_of(id) + "/start");
  if (!answer && answer.error().for_log().find(kAddressInUse) != std::string::npos &&
      TRY(move_container(id))) {
    answer = post(path_of(id) + "/start");
  }
  if (!answer) {
    Error error = answer.error();
    // A command that cannot be run is 400: the image's fault, not that of who asked.
    error.code = error.code == ErrorCode::InvalidInput ? ErrorCode::Failed : error.code;
    return error;
  }
  return {};
}

Result<void> DockerEngine::stop_container(const ContainerId& id, seconds grace,
                                          std::stop_token stop) {
  TRY(api_.send(
      {.method = "POST",
       .target = path_of(id) + "/stop" + Query().add("t", std::to_string(grace.count())).str(),
       .deadline = grace + api_.deadlines().stop_extra,
       .stop = std::move(stop)},
      {404}));
  return {};
}

Result<void> DockerEngine::remove_container(const ContainerId& id) {
  const auto answer =
      TRY(api_.send({.method = "DELETE",
                     .target = path_of(id) + Query().add("force", "1").add("v", "1").str(),
                     .deadline = api_.deadlines().change},
                    {404, 409}));
  // "removal of container ... is already in progress": the name is taken until that has ended.
  if (answer.status == 409) {
    TRY(post(path_of(id) + "/wait" + Query().add("condition", "removed").str(), "", {404}));
  }
  return {};
}

Result<void> DockerEngine::set_restart_policy(const ContainerId& id, RestartPolicy policy) {
  TRY(post(path_of(id) + "/update", restart_policy_body(policy)));
  return {};
}

Result<void> DockerEngine::update_limits(const ContainerId& id, const Limits& limits) {
  const auto answer = post(path_of(id) + "/update", limits_body(limits));
  if (answer) {
    return {};
  }
  Error error = answer.error();
  if (error.for_log().find(kMemoryInUse) != std::string::npos) {
    return Error{ErrorCode::Conflict, "it uses more memory than that", "", error.for_log()};
  }
  return error;
}

Result<ContainerDetails> DockerEngine::inspect_container(const ContainerId& id) {
  return parse_container(TRY(get(path_of(id) + "/json")));
}

Result<std::vector<ContainerDetails>> DockerEngine::list_containers(const Labels& labels) {
  const std::string query = Query().add("all", "1").add("filters", label_filter(labels)).str();
  return parse_container_list(TRY(get("/containers/json" + query)));
}

}  // namespace minpaas::docker
