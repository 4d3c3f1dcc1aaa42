#include "core/docker/container_json.h"
#include "core/docker/docker_engine.h"
#include "core/docker/engine_error.h"
#include "core/docker/query.h"
#include "core/docker/volume_json.h"

// The calls of DockerEngine about volumes and what is in them.
namespace minpaas::docker {

Result<void> DockerEngine::create_volume(const std::string& name, const Labels& labels) {
  TRY(post("/volumes/create", volume_body(name, labels)));
  return {};
}

Result<void> DockerEngine::remove_volume(const std::string& name) {
  TRY(api_.send({.method = "DELETE",
                 .target = "/volumes/" + url_encoded(name),
                 .deadline = api_.deadlines().change},
                {404}));
  return {};
}

Result<std::vector<VolumeDetails>> DockerEngine::list_volumes(const Labels& labels) {
  return parse_volume_list(
      TRY(get("/volumes" + Query().add("filters", label_filter(labels)).str())));
}

Result<void> DockerEngine::put_archive(const ContainerId& id, std::string_view tar) {
  TRY(api_.send({.method = "PUT",
                 .target = "/containers/" + url_encoded(id.value) + "/archive" +
                           Query().add("path", "/").str(),
                 .body = std::string(tar),
                 .content_type = "application/x-tar",
                 .deadline = api_.deadlines().change}));
  return {};
}

}  // namespace minpaas::docker
