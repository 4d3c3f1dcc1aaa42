#include <algorithm>

#include "core/base/guarded.h"
#include "core/docker/docker_engine.h"
#include "core/docker/exec_json.h"
#include "core/docker/json.h"
#include "core/docker/query.h"
#include "core/docker/socket_attachment.h"

// The calls of DockerEngine about programs that someone sits in front of.
namespace minpaas::docker {
namespace {

/// The engine does not tell when an exec ends; its output has mostly ended before it is asked.
constexpr milliseconds kFirstLook{2};
constexpr milliseconds kLastLook{200};
/// For the engine to know the process of a program that it has started.
constexpr seconds kPidPatience{5};

std::string path_of(const ContainerId& id) {
  return "/containers/" + url_encoded(id.value);
}

std::string path_of(const ExecId& id) {
  return "/exec/" + url_encoded(id.value);
}

Framing framing_of(const std::optional<WindowSize>& terminal) {
  return terminal ? Framing::None : Framing::Frames;
}

std::string size_query(WindowSize size) {
  return Query().add("h", std::to_string(size.rows)).add("w", std::to_string(size.columns)).str();
}

void pause(milliseconds duration, const std::stop_token& stop) {
  Guarded<int> nothing;
  nothing.wait_until(
      std::chrono::steady_clock::now() + duration, stop, [](int) { return false; }, [](int) {});
}

}  // namespace

Result<std::unique_ptr<Attachment>> DockerEngine::attach_container(const ContainerId& id,
                                                                   const ContainerSpec& spec) {
  Query query;
  query.add("stream", "1").add("stdout", "1").add("stderr", "1");
  query.add("stdin", spec.open_input ? "1" : "0");
  auto connection = TRY(api_.hijack({.target = path_of(id) + "/attach" + query.str()}));
  return SocketAttachment::make(std::move(connection), framing_of(spec.terminal));
}

Result<int> DockerEngine::wait_container(const ContainerId& id, std::stop_token stop) {
  const auto answer =
      TRY(api_.send({.method = "POST", .target = path_of(id) + "/wait", .stop = std::move(stop)}));
  return static_cast<int>(number_of(TRY(parse_json(answer.body)), "StatusCode"));
}

Result<void> DockerEngine::signal_container(const ContainerId& id, Signal signal) {
  TRY(post(path_of(id) + "/kill" + Query().add("signal", to_string(signal)).str(), "", {404, 409}));
  return {};
}

Result<void> DockerEngine::resize_container(const ContainerId& id, WindowSize size) {
  TRY(post(path_of(id) + "/resize" + size_query(size)));
  return {};
}

Result<ExecId> DockerEngine::create_exec(const ContainerId& id, const ExecSpec& spec) {
  return parse_exec_created(TRY(post(path_of(id) + "/exec", exec_create_body(spec))).body);
}

Result<std::unique_ptr<Attachment>> DockerEngine::start_exec(const ExecId& id,
                                                             const ExecSpec& spec) {
  auto connection =
      TRY(api_.hijack({.target = path_of(id) + "/start", .json = exec_start_body(spec)}));
  return SocketAttachment::make(std::move(connection), framing_of(spec.terminal));
}

Result<int> DockerEngine::wait_exec(const ExecId& id, std::stop_token stop) {
  for (auto look = kFirstLook; !stop.stop_requested(); look = std::min(2 * look, kLastLook)) {
    const auto body = TRY(get(path_of(id) + "/json"));
    const auto details = TRY(parse_exec(body));
    if (!details.runs) {
      return details.exit_code;
    }
    pause(look, stop);
  }
  return Error{ErrorCode::Cancelled, "cancelled", "", ""};
}

Result<void> DockerEngine::signal_exec(const ExecId& id, Signal signal) {
  // A program can have begun to print before the engine knows its process id.
  const auto deadline = std::chrono::steady_clock::now() + kPidPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto body = TRY(get(path_of(id) + "/json"));
    const auto details = TRY(parse_exec(body));
    if (!details.runs) {
      return {};
    }
    if (details.pid > 0) {
      return signal_process_(details.pid, signal);
    }
    pause(kFirstLook, {});
  }
  return Error{ErrorCode::Timeout, "the Docker Engine does not tell the process of the program", "",
               ""};
}

Result<void> DockerEngine::resize_exec(const ExecId& id, WindowSize size) {
  TRY(post(path_of(id) + "/resize" + size_query(size)));
  return {};
}

}  // namespace minpaas::docker
