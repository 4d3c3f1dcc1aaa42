// The calls of EngineServer that take the connection over, and what belongs to them.

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "tests/support/engine_json.h"
#include "tests/support/engine_server.h"

namespace minpaas::test {

using docker::ContainerId;

void EngineServer::attach(HttpCall& call, const ContainerId& id) {
  const auto known = engine_.containers();
  const auto found = std::ranges::find(known, id, &docker::ContainerDetails::id);
  const auto spec = found == known.end() ? std::nullopt : engine_.spec(found->name);
  const docker::ContainerSpec wanted = spec.value_or(docker::ContainerSpec());
  carry(call, engine_.attach_container(id, wanted), wanted.terminal.has_value());
}

void EngineServer::create_exec(HttpCall& call, const ContainerId& id, std::string_view body) {
  const auto made = engine_.create_exec(id, read_exec_body(body));
  return made ? call.answer(201, fmt::format(R"({{"Id":"{}"}})", made->value))
              : refuse(call, made.error());
}

void EngineServer::exec(HttpCall& call, std::string_view path) {
  const auto body = call.read_body();
  const docker::ExecId id{std::string(path.substr(0, path.find('/')))};
  const std::string_view action = path.substr(std::min(path.size(), id.value.size() + 1));
  if (action == "start") {
    const bool terminal = body->find("\"Tty\":true") != std::string::npos;
    return carry(call, engine_.start_exec(id, {}), terminal);
  }
  if (action == "resize") {
    return answer_change(call, engine_.resize_exec(id, read_size(call.query)), false);
  }
  exec_status(call, id.value);
}

void EngineServer::exec_status(HttpCall& call, std::string_view id) {
  const auto known = engine_.execs();
  const auto found =
      std::ranges::find_if(known, [&](const FakeExec& exec) { return exec.id.value == id; });
  if (found == known.end()) {
    return call.answer(404, write_message(fmt::format("No such exec instance: {}", id)));
  }
  const auto status = found->program->exit_status();
  call.answer(200, fmt::format(R"({{"ID":"{}","Running":{},"ExitCode":{},"Pid":{}}})", id,
                               status ? "false" : "true", status ? std::to_string(*status) : "null",
                               found->pid));
}

void EngineServer::carry(HttpCall& call, Result<std::unique_ptr<docker::Attachment>> attachment,
                         bool terminal) {
  if (!attachment) {
    return refuse(call, attachment.error());
  }
  call.hang_up();
  call.raw(
      "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
      "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
  std::stop_source gone;
  std::jthread reader([&] {
    for (std::string bytes = call.read_raw(); !bytes.empty(); bytes = call.read_raw()) {
      static_cast<void>(
          (*attachment)->write(std::as_bytes(std::span(bytes)), gone.get_token()).has_value());
    }
    (*attachment)->end_input();
    call.wait_for_close();
    gone.request_stop();
  });
  for (;;) {
    const auto output = (*attachment)->read(gone.get_token());
    if (!output || output->bytes.empty()) {
      break;
    }
    const std::string_view text(reinterpret_cast<const char*>(output->bytes.data()),
                                output->bytes.size());
    if (!call.raw(terminal ? std::string(text) : write_frame(output->stream, text))) {
      break;
    }
  }
  gone.request_stop();
  call.close();
}

}  // namespace minpaas::test
