#include "core/docker/exec_json.h"

#include "core/docker/json.h"

namespace minpaas::docker {

std::string exec_create_body(const ExecSpec& spec) {
  Json body = {{"AttachStdin", true}, {"AttachStdout", true}, {"AttachStderr", true}};
  body["Tty"] = spec.terminal.has_value();
  body["Cmd"] = spec.words;
  body["Env"] = Json::array();
  for (const auto& [name, value] : spec.env) {
    body["Env"].push_back(name + "=" + value);
  }
  return to_text(body);
}

std::string exec_start_body(const ExecSpec& spec) {
  Json body = {{"Detach", false}, {"Tty", spec.terminal.has_value()}};
  if (spec.terminal) {
    // Known since API 1.42.
    body["ConsoleSize"] = {spec.terminal->rows, spec.terminal->columns};
  }
  return to_text(body);
}

Result<ExecId> parse_exec_created(std::string_view body) {
  std::string id = text_of(TRY(parse_json(body)), "Id");
  if (id.empty()) {
    return Error{ErrorCode::Corrupt, "the Docker Engine told no id of an exec", "", ""};
  }
  return ExecId{std::move(id)};
}

Result<ExecDetails> parse_exec(std::string_view body) {
  const auto json = TRY(parse_json(body));
  return ExecDetails{.runs = flag_of(json, "Running"),
                     .exit_code = static_cast<int>(number_of(json, "ExitCode")),
                     .pid = static_cast<int>(number_of(json, "Pid"))};
}

}  // namespace minpaas::docker
