#include "core/docker/docker_engine.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/docker/container_json.h"
#include "core/docker/engine_error.h"
#include "core/docker/image_json.h"
#include "core/docker/json.h"
#include "core/docker/line_splitter.h"
#include "core/docker/query.h"

// The engine itself and its images; containers, streams and builds have files of their own.
namespace minpaas::docker {
namespace {

constexpr std::string_view kUnix = "unix://";
/// sun_path with its final zero.
constexpr std::size_t kMostPathBytes = 107;

}  // namespace

Result<std::unique_ptr<Engine>> DockerEngine::connect(std::string_view host,
                                                      const EngineDeadlines& deadlines,
                                                      SignalProcess signal) {
  const auto path = host.substr(host.starts_with(kUnix) ? kUnix.size() : 0);
  if (!path.starts_with('/') || path.size() > kMostPathBytes) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("'{}' is no address of a Docker Engine", escape_controls(host)),
                 "write it as unix:///var/run/docker.sock", ""};
  }
  return std::unique_ptr<Engine>(
      std::make_unique<DockerEngine>(std::string(path), deadlines, std::move(signal)));
}

Result<std::string> DockerEngine::get(std::string target) {
  return TRY(api_.send({.target = std::move(target), .deadline = api_.deadlines().read})).body;
}

Result<HttpResponse> DockerEngine::post(std::string target, std::string json,
                                        std::initializer_list<int> wanted) {
  return api_.send({.method = "POST",
                    .target = std::move(target),
                    .body = json,
                    .content_type = json.empty() ? "" : "application/json",
                    .deadline = api_.deadlines().change},
                   wanted);
}

Result<EngineVersion> DockerEngine::version() {
  return api_.version();
}

Result<std::string> DockerEngine::data_root() {
  const auto body = TRY(get("/info"));
  const auto root = text_of(TRY(parse_json(body)), "DockerRootDir");
  if (root.empty()) {
    return Error{ErrorCode::Corrupt, "the Docker Engine does not say where its data is", "", ""};
  }
  return root;
}

Result<EngineCapacity> DockerEngine::capacity() {
  const auto body = TRY(get("/info"));
  const auto info = TRY(parse_json(body));
  const EngineCapacity capacity{.memory_bytes = number_of(info, "MemTotal"),
                                .cpus = static_cast<int>(number_of(info, "NCPU"))};
  if (capacity.memory_bytes <= 0 || capacity.cpus <= 0) {
    return Error{ErrorCode::Corrupt, "the Docker Engine does not say how large its machine is", "",
                 ""};
  }
  return capacity;
}

Result<long long> DockerEngine::prune_build_cache(long long keep_bytes) {
  const std::string keep = std::to_string(keep_bytes);
  // The second name since API 1.48; engines ignore the one that they do not know.
  const std::string query = Query().add("keep-storage", keep).add("reserved-space", keep).str();
  const auto answer = TRY(api_.send(
      {.method = "POST", .target = "/build/prune" + query, .deadline = api_.deadlines().prune}));
  return number_of(TRY(parse_json(answer.body)), "SpaceReclaimed");
}

Result<ImageDetails> DockerEngine::inspect_image(std::string_view reference) {
  return parse_image(TRY(get("/images/" + path_encoded(reference) + "/json")));
}

Result<std::vector<ImageDetails>> DockerEngine::list_images(const Labels& labels) {
  return parse_image_list(
      TRY(get("/images/json" + Query().add("filters", label_filter(labels)).str())));
}

Result<bool> DockerEngine::is_used(const ImageId& id) {
  const auto containers = TRY(list_containers({}));
  return std::any_of(containers.begin(), containers.end(),
                     [&](const ContainerDetails& container) { return container.image == id; });
}

Result<void> DockerEngine::remove_image(const ImageId& id) {
  const auto remove = [&](std::string_view force) {
    return api_.send({.method = "DELETE",
                      .target = "/images/" + path_encoded(id.value) + std::string(force),
                      .deadline = api_.deadlines().change},
                     {404, 409});
  };
  auto answer = TRY(remove(""));
  // An image with several names is removed by id only with force, which would also take it from
  // under a stopped container.
  const bool several_names = answer.status == 409 &&
                             answer.body.find("must be forced") != std::string::npos &&
                             answer.body.find("multiple repositories") != std::string::npos;
  if (several_names && !TRY(is_used(id))) {
    answer = TRY(remove("?force=1"));
  }
  if (answer.status == 409) {
    return engine_error(answer.status, answer.body);
  }
  return {};
}

Result<void> DockerEngine::pull_image(std::string_view reference,
                                      const std::function<void(const PullProgress&)>& progress,
                                      std::stop_token stop) {
  const std::string query = Query().add("fromImage", with_default_tag(reference)).str();
  Result<void> outcome;
  LineSplitter lines(1UL << 20, [&](std::string_view line) {
    const auto told = parse_pull_line(line);
    if (!told) {
      outcome = told.error();
      return false;
    }
    progress(*told);
    return true;
  });
  TRY(api_.send({.method = "POST",
                 .target = "/images/create" + query,
                 .sink = [&](std::string_view piece) { return lines.feed(piece); },
                 .idle = api_.deadlines().pull_idle,
                 .stop = std::move(stop)}));
  lines.finish();
  return outcome;
}

}  // namespace minpaas::docker
