#include "tests/support/engine_json.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace minpaas::test {

using docker::ContainerDetails;
using docker::ContainerSpec;
using docker::ImageDetails;
using docker::RunState;
using Json = nlohmann::json;

namespace {

std::string state_name(RunState state) {
  switch (state) {
    case RunState::Created:
      return "created";
    case RunState::Running:
      return "running";
    case RunState::Paused:
      return "paused";
    case RunState::Restarting:
      return "restarting";
    case RunState::Exited:
      return "exited";
    case RunState::Dead:
      return "dead";
  }
  return "dead";
}

/// `2026-11-25T14:46:11.912832000Z`
std::string engine_rfc3339(const std::optional<SystemTime>& time) {
  if (!time) {
    return "0001-01-01T00:00:00Z";
  }
  return format_rfc3339(*time).substr(0, 26) + "000Z";
}

Json image_json(const ImageDetails& details) {
  return {{"Id", details.id.value}, {"RepoTags", details.tags}, {"Size", details.size_bytes}};
}

std::string text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

ContainerSpec read_create_body(std::string_view body, std::string_view name) {
  const Json json = Json::parse(body);
  const Json& host = json.at("HostConfig");
  ContainerSpec spec;
  spec.name = name;
  spec.image = {json.at("Image").get<std::string>()};
  const auto entrypoint = json.value("Entrypoint", std::vector<std::string>());
  if (entrypoint.size() == 2) {
    spec.command = json.at("Cmd").at(0).get<std::string>();
  } else if (!entrypoint.empty()) {
    spec.words = json.at("Cmd").get<std::vector<std::string>>();
    spec.words.insert(spec.words.begin(), entrypoint.front());
  }
  spec.open_input = json.value("OpenStdin", false);
  spec.keep_log = host.at("LogConfig").at("Type") != "none";
  if (json.value("Tty", false)) {
    spec.terminal = WindowSize{.columns = host.at("ConsoleSize").at(1).get<int>(),
                               .rows = host.at("ConsoleSize").at(0).get<int>()};
  }
  for (const Json& pair : json.at("Env")) {
    const auto whole = pair.get<std::string>();
    const auto equals = whole.find('=');
    spec.env[whole.substr(0, equals)] = whole.substr(equals + 1);
  }
  for (const auto& [key, value] : json.at("Labels").items()) {
    spec.labels[key] = value.get<std::string>();
  }
  // Named, since items() only refers to its object.
  const Json exposed = json.value("ExposedPorts", Json::object());
  const Json bindings = host.value("PortBindings", Json::object());
  for (const auto& [port, unused] : exposed.items()) {
    spec.internal_port = std::stoi(port);
  }
  for (const auto& [port, hosts] : bindings.items()) {
    spec.host_address = hosts.at(0).at("HostIp").get<std::string>();
    spec.host_port = std::stoi(hosts.at(0).at("HostPort").get<std::string>());
  }
  spec.memory_bytes = host.value("Memory", 0LL);
  spec.cpus = static_cast<double>(host.value("NanoCpus", 0LL)) / 1e9;
  spec.pids = host.value("PidsLimit", 0);
  spec.network = host.value("NetworkMode", "");
  const Json mounts = host.value("Mounts", Json::array());
  for (const Json& mount : mounts) {
    spec.mounts.push_back(
        {mount.at("Source").get<std::string>(), mount.at("Target").get<std::string>()});
  }
  return spec;
}

Limits read_limits(std::string_view body) {
  const Json json = Json::parse(body);
  return {.memory_bytes = json.value("Memory", 0LL),
          .cpus = static_cast<double>(json.value("NanoCpus", 0LL)) / 1e9,
          .pids = json.value("PidsLimit", 0)};
}

std::string write_container(const ContainerDetails& details) {
  Json json = {{"Id", details.id.value},
               {"Name", "/" + details.name},
               {"Image", details.image.value},
               {"RestartCount", details.restart_count}};
  json["State"] = {{"Status", state_name(details.state)},
                   {"Running", details.state == RunState::Running},
                   {"OOMKilled", details.oom_killed},
                   {"Pid", details.pid},
                   {"ExitCode", details.exit_code},
                   {"Error", details.error},
                   {"StartedAt", engine_rfc3339(details.started_at)},
                   {"FinishedAt", engine_rfc3339(details.finished_at)}};
  json["Config"]["Labels"] = details.labels;
  json["HostConfig"] = {{"Memory", details.limits.memory_bytes},
                        {"NanoCpus", std::llround(details.limits.cpus * 1e9)},
                        {"PidsLimit", details.limits.pids}};
  json["NetworkSettings"]["Networks"]["bridge"]["IPAddress"] = details.address;
  return text(json);
}

std::string write_container_list(const std::vector<ContainerDetails>& list) {
  Json json = Json::array();
  for (const auto& details : list) {
    json.push_back({{"Id", details.id.value},
                    {"Names", {"/" + details.name}},
                    {"ImageID", details.image.value},
                    {"Labels", details.labels},
                    {"State", state_name(details.state)}});
  }
  return text(json);
}

docker::VolumeDetails read_volume(std::string_view body) {
  const Json json = Json::parse(body);
  return {json.at("Name").get<std::string>(), json.at("Labels").get<docker::Labels>()};
}

std::string write_network(std::string_view create_body) {
  const Json body = Json::parse(create_body);
  const Json chosen = {{"Config", {{{"Subnet", "172.18.0.0/16"}, {"Gateway", "172.18.0.1"}}}}};
  return text({{"Name", body.at("Name")},
               {"Options", body.value("Options", Json::object())},
               {"IPAM", body.value("IPAM", chosen)}});
}

std::string write_volume_list(const std::vector<docker::VolumeDetails>& list) {
  Json volumes = Json::array();
  for (const auto& volume : list) {
    volumes.push_back({{"Name", volume.name}, {"Driver", "local"}, {"Labels", volume.labels}});
  }
  return text(list.empty() ? Json{{"Volumes", nullptr}} : Json{{"Volumes", volumes}});
}

std::string write_image(const ImageDetails& details) {
  Json json = image_json(details);
  json["Config"]["Labels"] = details.labels;
  for (const int port : details.exposed_tcp_ports) {
    json["Config"]["ExposedPorts"][fmt::format("{}/tcp", port)] = Json::object();
  }
  return text(json);
}

std::string write_image_list(const std::vector<ImageDetails>& list) {
  Json json = Json::array();
  for (const auto& details : list) {
    json.push_back(image_json(details));
    json.back()["Labels"] = details.labels;
  }
  return text(json);
}

std::string write_event(const docker::EngineEvent& event) {
  Json attributes = Json(event.labels);
  attributes["name"] = "some-name";
  if (event.action == "die") {
    attributes["exitCode"] = std::to_string(event.exit_code);
  }
  return text({{"Type", "container"},
               {"Action", event.action},
               {"Actor", {{"ID", event.container.value}, {"Attributes", attributes}}},
               {"timeNano", event.at.time_since_epoch().count() * 1000}});
}

std::string write_message(std::string_view words) {
  return text({{"message", words}});
}

docker::Labels read_label_filter(std::string_view filters) {
  docker::Labels labels;
  const Json json = Json::parse(filters.empty() ? "{}" : filters);
  for (const Json& pair : json.value("label", Json::array())) {
    const auto whole = pair.get<std::string>();
    const auto equals = whole.find('=');
    labels[whole.substr(0, equals)] = equals == std::string::npos ? "" : whole.substr(equals + 1);
  }
  return labels;
}

docker::Labels read_labels(std::string_view json) {
  return json.empty() ? docker::Labels() : Json::parse(json).get<docker::Labels>();
}

std::string write_frame(const docker::LogLine& line) {
  return write_frame(line.stream, engine_rfc3339(line.at) + " " + line.text + "\n");
}

std::string write_frame(docker::LogStream stream, std::string_view payload) {
  std::string frame(8, '\0');
  frame[0] = stream == docker::LogStream::Out ? 1 : 2;
  for (std::size_t i = 0; i < 4; ++i) {
    frame[4 + i] = static_cast<char>(payload.size() >> (8 * (3 - i)) & 0xffU);
  }
  return frame.append(payload);
}

docker::ExecSpec read_exec_body(std::string_view body) {
  const Json json = Json::parse(body);
  docker::ExecSpec spec;
  spec.words = json.at("Cmd").get<std::vector<std::string>>();
  for (const Json& pair : json.at("Env")) {
    const auto whole = pair.get<std::string>();
    spec.env[whole.substr(0, whole.find('='))] = whole.substr(whole.find('=') + 1);
  }
  if (json.at("Tty").get<bool>()) {
    spec.terminal = WindowSize{};
  }
  return spec;
}

WindowSize read_size(const std::map<std::string, std::string, std::less<>>& query) {
  return {.columns = std::stoi(query.at("w")), .rows = std::stoi(query.at("h"))};
}

SystemTime read_engine_time(std::string_view text) {
  const auto dot = text.find('.');
  const auto whole = std::stoll(std::string(text.substr(0, dot)));
  const auto nanos =
      dot == std::string_view::npos ? 0 : std::stoll(std::string(text.substr(dot + 1)));
  return SystemTime(seconds(whole) + std::chrono::duration_cast<std::chrono::microseconds>(
                                         std::chrono::nanoseconds(nanos)));
}

}  // namespace minpaas::test
