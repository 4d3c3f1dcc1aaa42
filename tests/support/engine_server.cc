#include "tests/support/engine_server.h"

#include <fmt/format.h>

#include "tests/support/engine_json.h"

namespace minpaas::test {

using docker::ContainerId;
using docker::RunState;

EngineServer::EngineServer(const std::filesystem::path& socket, FakeEngine& engine)
    : engine_(engine), server_(socket, [this](HttpCall& call) { handle(call); }) {}

void EngineServer::speak(std::string newest, std::string oldest) {
  speech_.with([&](Speech& speech) {
    speech.newest = std::move(newest);
    speech.oldest = std::move(oldest);
  });
}

void EngineServer::name_builder(std::string version) {
  speech_.with([&](Speech& speech) { speech.builder = std::move(version); });
}

void EngineServer::refuse(HttpCall& call, const Error& error) {
  switch (error.code) {
    case ErrorCode::NotFound:
      return call.answer(404, write_message(error.message));
    case ErrorCode::InvalidInput:
      return call.answer(400, write_message(error.message));
    case ErrorCode::AlreadyExists:
      return call.answer(409, write_message(error.message));
    case ErrorCode::NoSpace:
      return call.answer(500, write_message("write /var/lib/docker/x: no space left on device"));
    case ErrorCode::Unavailable:
    case ErrorCode::Cancelled:
      return call.hang_up();
    case ErrorCode::Conflict:
      // A port that is taken is a 500 of the real engine, an image in use a 409.
      return call.answer(error.message.find("port") != std::string::npos ? 500 : 409,
                         write_message(error.message));
    default:
      return call.answer(500, write_message(error.message));
  }
}

void EngineServer::answer_change(HttpCall& call, const Result<void>& result, bool was_done) {
  if (!result) {
    return refuse(call, result.error());
  }
  call.answer(was_done ? 304 : 204, "");
}

void EngineServer::handle(HttpCall& call) {
  const auto speech = speech_.with([](const Speech& value) { return value; });
  if (call.path == "/_ping" || call.path == "/version") {
    const auto version = engine_.version();
    if (!version) {
      return refuse(call, version.error());
    }
    if (call.path == "/version") {
      return call.answer(200,
                         fmt::format(R"({{"Version":"{}","ApiVersion":"{}","MinAPIVersion":"{}"}})",
                                     version->version, speech.newest, speech.oldest));
    }
    return call.answer(
        200, "OK", "text/plain",
        speech.builder.empty() ? "" : fmt::format("Builder-Version: {}\r\n", speech.builder));
  }
  const auto slash = call.path.find('/', 1);
  const std::string version = call.path.substr(2, slash - 2);
  if (version < speech.oldest || version > speech.newest) {
    return call.answer(400,
                       fmt::format("client version {} is too old. Minimum supported API version is "
                                   "{}, please upgrade your client to a newer version",
                                   version, speech.oldest),
                       "text/plain");
  }
  route(call, std::string_view(call.path).substr(slash));
}

void EngineServer::route(HttpCall& call, std::string_view path) {
  if (path == "/build") {
    return build(call);
  }
  if (path == "/events") {
    return events(call);
  }
  if (path == "/containers/create") {
    return create(call);
  }
  if (path == "/containers/json") {
    return list(call);
  }
  if (path == "/info") {
    const auto root = engine_.data_root();
    return root ? call.answer(
                      200, fmt::format(R"({{"DockerRootDir":"{}","MemTotal":{},"NCPU":{}}})", *root,
                                       kFakeCapacity.memory_bytes, kFakeCapacity.cpus))
                : refuse(call, root.error());
  }
  if (path == "/build/prune") {
    const auto freed = engine_.prune_build_cache(std::stoll(call.query["keep-storage"]));
    return freed ? call.answer(200, fmt::format(R"({{"SpaceReclaimed":{}}})", *freed))
                 : refuse(call, freed.error());
  }
  if (path.starts_with("/images/")) {
    return image(call, path.substr(std::string_view("/images/").size()));
  }
  if (path.starts_with("/exec/")) {
    return exec(call, path.substr(std::string_view("/exec/").size()));
  }
  if (path.starts_with("/networks/")) {
    return network(call, path.substr(std::string_view("/networks/").size()));
  }
  if (path.starts_with("/volumes")) {
    return volume(call, path.substr(std::min(path.size(), std::string_view("/volumes/").size())));
  }
  const auto rest = path.substr(std::min(path.size(), std::string_view("/containers/").size()));
  const auto slash = rest.find('/');
  container(call, {std::string(rest.substr(0, slash))},
            slash == std::string_view::npos ? "" : rest.substr(slash + 1));
}

void EngineServer::create(HttpCall& call) {
  const auto body = call.read_body();
  const auto made = engine_.create_container(read_create_body(*body, call.query["name"]));
  return made ? call.answer(201, fmt::format(R"({{"Id":"{}","Warnings":[]}})", made->value))
              : refuse(call, made.error());
}

void EngineServer::list(HttpCall& call) {
  const auto found = engine_.list_containers(read_label_filter(call.query["filters"]));
  return found ? call.answer(200, write_container_list(*found)) : refuse(call, found.error());
}

void EngineServer::container(HttpCall& call, const ContainerId& id, std::string_view action) {
  const auto body = call.read_body();
  const auto known = engine_.containers();
  const auto found = std::find_if(known.begin(), known.end(), [&](const auto& details) {
    return details.id == id || details.name == id.value;
  });
  const bool runs = found != known.end() && found->state == RunState::Running;
  if (call.method == "DELETE" || action == "stop") {
    const auto result = call.method == "DELETE"
                            ? engine_.remove_container(id)
                            : engine_.stop_container(id, seconds(std::stoi(call.query["t"])));
    if (result && found == known.end()) {
      return call.answer(404, write_message("No such container: " + id.value));
    }
    return answer_change(call, result, action == "stop" && !runs);
  }
  if (action == "start") {
    return answer_change(call, engine_.start_container(id), runs);
  }
  if (action == "update" && body->find("Memory") != std::string::npos) {
    const auto set = engine_.update_limits(id, read_limits(*body));
    if (!set && set.error().code == ErrorCode::Conflict) {
      return call.answer(500, write_message("runc: unable to set memory limit to 1 (current 2)"));
    }
    return set ? call.answer(200, R"({"Warnings":null})") : refuse(call, set.error());
  }
  if (action == "update") {
    const bool no = body->find("\"no\"") != std::string::npos;
    const auto set = engine_.set_restart_policy(
        id, no ? docker::RestartPolicy::No : docker::RestartPolicy::UnlessStopped);
    return set ? call.answer(200, R"({"Warnings":null})") : refuse(call, set.error());
  }
  if (action == "logs") {
    return logs(call, id);
  }
  if (action == "attach") {
    return attach(call, id);
  }
  if (action == "exec") {
    return create_exec(call, id, *body);
  }
  if (action == "archive") {
    const auto put = engine_.put_archive(id, *body);
    return put ? call.answer(200, "") : refuse(call, put.error());
  }
  if (action == "wait") {
    const auto status = engine_.wait_container(id, call.gone());
    return status ? call.answer(200, fmt::format(R"({{"StatusCode":{}}})", *status))
                  : refuse(call, status.error());
  }
  if (action == "kill") {
    if (found != known.end() && !runs) {
      return call.answer(409, write_message("Container " + id.value + " is not running"));
    }
    return answer_change(call, engine_.signal_container(id, *parse_signal(call.query["signal"])),
                         false);
  }
  if (action == "resize") {
    return answer_change(call, engine_.resize_container(id, read_size(call.query)), false);
  }
  const auto details = engine_.inspect_container(id);
  return details ? call.answer(200, write_container(*details)) : refuse(call, details.error());
}

void EngineServer::network(HttpCall& call, std::string_view path) {
  const auto body = call.read_body();
  if (path == "create") {
    const std::string name = read_volume(*body).name;
    const auto made = engine_.ensure_network(name, {});
    networks_.update(
        [&](auto& networks) { networks.insert_or_assign(name, write_network(*body)); });
    return made ? call.answer(201, R"({"Id":"0123"})") : refuse(call, made.error());
  }
  const std::string name(path);
  const std::string found = networks_.with([&](const auto& networks) {
    const auto known = networks.find(name);
    return known == networks.end() ? std::string() : known->second;
  });
  if (found.empty()) {
    return call.answer(404, write_message("network " + name + " not found"));
  }
  if (call.method == "DELETE") {
    networks_.update([&](auto& networks) { networks.erase(name); });
    return call.answer(204, "");
  }
  call.answer(200, found);
}

void EngineServer::volume(HttpCall& call, std::string_view path) {
  const auto body = call.read_body();
  if (call.method == "DELETE") {
    const std::string name(path);
    const auto removed = engine_.remove_volume(name);
    return removed ? call.answer(204, "") : refuse(call, removed.error());
  }
  if (path == "create") {
    const auto wanted = read_volume(*body);
    const auto made = engine_.create_volume(wanted.name, wanted.labels);
    return made ? call.answer(201, "{}") : refuse(call, made.error());
  }
  const auto list = engine_.list_volumes(read_label_filter(call.query["filters"]));
  return list ? call.answer(200, write_volume_list(*list)) : refuse(call, list.error());
}

void EngineServer::image(HttpCall& call, std::string_view path) {
  const auto body = call.read_body();
  if (path == "json") {
    const auto found = engine_.list_images(read_label_filter(call.query["filters"]));
    return found ? call.answer(200, write_image_list(*found)) : refuse(call, found.error());
  }
  if (path == "create") {
    const auto pulled = engine_.pull_image(
        call.query["fromImage"], [](const docker::PullProgress&) {}, call.gone());
    if (!pulled) {
      return refuse(call, pulled.error());
    }
    call.begin(200, "application/json");
    call.write("{\"status\":\"Pull complete\",\"progressDetail\":{},\"id\":\"0123456789ab\"}\r\n");
    return call.end();
  }
  if (call.method == "DELETE") {
    const ImageId id{std::string(path)};
    const bool there = engine_.inspect_image(id.value).has_value();
    const auto removed = engine_.remove_image(id);
    if (!removed) {
      return refuse(call, removed.error());
    }
    return there ? call.answer(200, "[]") : call.answer(404, write_message("No such image"));
  }
  const auto details = engine_.inspect_image(path.substr(0, path.rfind("/json")));
  return details ? call.answer(200, write_image(*details)) : refuse(call, details.error());
}

void EngineServer::build(HttpCall& call) {
  docker::BuildRequest request;
  request.dockerfile = call.query["dockerfile"];
  request.tag = call.query["t"];
  request.labels = read_labels(call.query["labels"]);
  request.build_args = read_labels(call.query["buildargs"]);
  request.builder =
      call.query["version"] == "2" ? docker::Builder::BuildKit : docker::Builder::Classic;
  request.use_cache = call.query["nocache"].empty();
  bool begun = false;
  BuildWriter writer(request.builder, [&](std::string_view message) {
    begun = begun || call.begin(200, "application/json");
    call.write(message);
  });
  const auto body =
      [&](const std::function<Result<void>(std::span<const char>)>& put) -> Result<void> {
    for (;;) {
      const auto piece = TRY(call.read_some());
      if (piece.empty()) {
        return {};
      }
      TRY(put(piece));
    }
  };
  const auto built = engine_.build(request, body, writer, call.gone());
  if (built) {
    writer.image(*built);
  } else if (begun && built.error().code == ErrorCode::Failed) {
    writer.error(built.error().message);
  } else {
    return refuse(call, built.error());
  }
  call.end();
}

void EngineServer::logs(HttpCall& call, const ContainerId& id) {
  docker::LogOptions options;
  options.follow = call.query["follow"] == "1";
  if (call.query["tail"] != "all") {
    options.tail = std::stoi(call.query["tail"]);
  }
  if (call.query.contains("since")) {
    options.since = read_engine_time(call.query["since"]);
  }
  bool begun = false;
  const auto result = engine_.logs(
      id, options,
      [&](const docker::LogLine& line) {
        begun = begun || call.begin(200, "application/octet-stream");
        return call.write(write_frame(line));
      },
      call.gone());
  if (!result && !begun) {
    return refuse(call, result.error());
  }
  if (!result) {
    return call.hang_up();
  }
  if (!begun) {
    call.begin(200, "application/octet-stream");
  }
  call.end();
}

void EngineServer::events(HttpCall& call) {
  std::optional<SystemTime> since;
  if (call.query.contains("since")) {
    since = read_engine_time(call.query["since"]);
  }
  call.begin(200, "application/json");
  const auto result = engine_.events(
      read_label_filter(call.query["filters"]), since,
      [&](const docker::EngineEvent& event) { return call.write(write_event(event) + "\n"); },
      call.gone());
  call.hang_up();
}

}  // namespace minpaas::test
