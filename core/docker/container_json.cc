#include "core/docker/container_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/docker/json.h"

namespace minpaas::docker {
namespace {

constexpr std::array<std::pair<std::string_view, RunState>, 7> kStates{{
    {"created", RunState::Created},
    {"running", RunState::Running},
    {"paused", RunState::Paused},
    {"restarting", RunState::Restarting},
    {"exited", RunState::Exited},
    {"dead", RunState::Dead},
    // On its way out: nothing can be done with it any more.
    {"removing", RunState::Dead},
}};

Result<RunState> state_of(const Json& object, std::string_view key) {
  const std::string name = text_of(object, key);
  for (const auto& [known, state] : kStates) {
    if (known == name) {
      return state;
    }
  }
  return Error{ErrorCode::Corrupt, "the Docker Engine told no state of a container", "", name};
}

std::string_view policy_name(RestartPolicy policy) {
  return policy == RestartPolicy::No ? "no" : "unless-stopped";
}

Json log_config(const ContainerSpec& spec) {
  if (!spec.keep_log) {
    return {{"Type", "none"}};
  }
  return {{"Type", "json-file"}, {"Config", {{"max-size", "10m"}, {"max-file", "3"}}}};
}

constexpr double kNanoCpus = 1e9;

long long nano_cpus(double cpus) {
  return std::llround(cpus * kNanoCpus);
}

/// Those of the container that say whose it is: a volume belongs to no release.
Json volume_labels(const Labels& labels) {
  Json kept = Json::object();
  for (const std::string_view name : {kLabelApp, kLabelInstance}) {
    if (const auto found = labels.find(std::string(name)); found != labels.end()) {
      kept[found->first] = found->second;
    }
  }
  return kept;
}

Json mounts_of(const ContainerSpec& spec) {
  Json mounts = Json::array();
  for (const VolumeMount& mount : spec.mounts) {
    mounts.push_back(
        {{"Type", "volume"},
         {"Source", mount.volume},
         {"Target", mount.path},
         {"VolumeOptions", {{"NoCopy", true}, {"Labels", volume_labels(spec.labels)}}}});
  }
  return mounts;
}

Json host_config(const ContainerSpec& spec) {
  Json host = {
      {"Init", true},
      {"CapDrop", {"ALL"}},
      {"SecurityOpt", {"no-new-privileges:true"}},
      {"PidsLimit", spec.pids},
      {"LogConfig", log_config(spec)},
      {"RestartPolicy", {{"Name", policy_name(RestartPolicy::No)}}},
  };
  if (spec.memory_bytes > 0) {
    host["Memory"] = spec.memory_bytes;
    // The sum of memory and swap: equal means no swap.
    host["MemorySwap"] = spec.memory_bytes;
  }
  if (spec.cpus > 0) {
    host["NanoCpus"] = nano_cpus(spec.cpus);
  }
  if (spec.terminal) {
    // Known since API 1.42; an older engine gives it by a resize after the start.
    host["ConsoleSize"] = {spec.terminal->rows, spec.terminal->columns};
  }
  if (!spec.network.empty()) {
    host["NetworkMode"] = spec.network;
  }
  if (!spec.mounts.empty()) {
    host["Mounts"] = mounts_of(spec);
  }
  if (spec.internal_port > 0 && spec.host_port > 0) {
    host["PortBindings"][fmt::format("{}/tcp", spec.internal_port)] = Json::array(
        {{{"HostIp", spec.host_address}, {"HostPort", std::to_string(spec.host_port)}}});
  }
  return host;
}

Limits limits_of(const Json& host) {
  // The engine writes "no limit" of processes as null, 0 or -1.
  return {.memory_bytes = number_of(host, "Memory"),
          .cpus = static_cast<double>(number_of(host, "NanoCpus")) / kNanoCpus,
          .pids = std::max(0, static_cast<int>(number_of(host, "PidsLimit")))};
}

/// The first address in the order of network names. NetworkSettings.IPAddress is gone in API 1.52.
std::string address_of(const Json& container) {
  const Json& networks = member(member(container, "NetworkSettings"), "Networks");
  if (!networks.is_object()) {
    return {};
  }
  for (const auto& [name, network] : networks.items()) {
    std::string address = text_of(network, "IPAddress");
    if (!address.empty()) {
      return address;
    }
  }
  return {};
}

std::string without_slash(std::string name) {
  return name.starts_with('/') ? name.substr(1) : name;
}

Result<ContainerId> id_of(const Json& object) {
  std::string id = text_of(object, "Id");
  if (id.empty()) {
    return Error{ErrorCode::Corrupt, "the Docker Engine told no id of a container", "", ""};
  }
  return ContainerId{std::move(id)};
}

}  // namespace

std::string create_body(const ContainerSpec& spec, const std::string& address) {
  Json body = {{"Image", spec.image.value}, {"HostConfig", host_config(spec)}};
  body["Labels"] = Json(spec.labels);
  body["Env"] = Json::array();
  for (const auto& [name, value] : spec.env) {
    body["Env"].push_back(name + "=" + value);
  }
  if (!spec.words.empty()) {
    body["Entrypoint"] = {spec.words.front()};
    body["Cmd"] = std::vector(spec.words.begin() + 1, spec.words.end());
  } else if (!spec.command.empty()) {
    body["Entrypoint"] = {"/bin/sh", "-c"};
    body["Cmd"] = {spec.command};
  }
  if (!address.empty()) {
    body["NetworkingConfig"]["EndpointsConfig"][spec.network]["IPAMConfig"]["IPv4Address"] =
        address;
  }
  if (spec.terminal) {
    body["Tty"] = true;
  }
  if (spec.open_input) {
    body["OpenStdin"] = body["StdinOnce"] = body["AttachStdin"] = true;
  }
  if (spec.internal_port > 0) {
    body["ExposedPorts"][fmt::format("{}/tcp", spec.internal_port)] = Json::object();
  }
  return to_text(body);
}

std::string restart_policy_body(RestartPolicy policy) {
  return to_text({{"RestartPolicy", {{"Name", policy_name(policy)}}}});
}

std::string limits_body(const Limits& limits) {
  return to_text({{"Memory", limits.memory_bytes},
                  {"MemorySwap", limits.memory_bytes},
                  {"NanoCpus", nano_cpus(limits.cpus)},
                  {"PidsLimit", limits.pids}});
}

Result<ContainerId> parse_created(std::string_view body) {
  return id_of(TRY(parse_json(body)));
}

Result<ContainerDetails> parse_container(std::string_view body) {
  const auto json = TRY(parse_json(body));
  const Json& state = member(json, "State");
  ContainerDetails details;
  details.id = TRY(id_of(json));
  details.name = without_slash(text_of(json, "Name"));
  details.image = {text_of(json, "Image")};
  details.labels = labels_of(member(json, "Config"), "Labels");
  details.state = TRY(state_of(state, "Status"));
  details.exit_code = static_cast<int>(number_of(state, "ExitCode"));
  details.oom_killed = flag_of(state, "OOMKilled");
  details.error = text_of(state, "Error");
  details.restart_count = static_cast<int>(number_of(json, "RestartCount"));
  details.pid = static_cast<int>(number_of(state, "Pid"));
  details.address = address_of(json);
  details.started_at = time_of(state, "StartedAt");
  details.finished_at = time_of(state, "FinishedAt");
  details.limits = limits_of(member(json, "HostConfig"));
  return details;
}

Result<std::vector<ContainerDetails>> parse_container_list(std::string_view body) {
  const auto json = TRY(parse_json(body));
  if (!json.is_array()) {
    return Error{ErrorCode::Corrupt, "the Docker Engine sent no list of containers", "", ""};
  }
  std::vector<ContainerDetails> list;
  for (const Json& entry : json) {
    ContainerDetails details;
    details.id = TRY(id_of(entry));
    const Json& names = member(entry, "Names");
    if (names.is_array() && !names.empty() && names[0].is_string()) {
      details.name = without_slash(names[0].get<std::string>());
    }
    details.image = {text_of(entry, "ImageID")};
    details.labels = labels_of(entry, "Labels");
    details.state = TRY(state_of(entry, "State"));
    list.push_back(std::move(details));
  }
  return list;
}

std::string label_filter(const Labels& labels) {
  Json wanted = Json::array();
  for (const auto& [name, value] : labels) {
    wanted.push_back(value.empty() ? name : name + "=" + value);
  }
  return to_text(wanted.empty() ? Json::object() : Json{{"label", wanted}});
}

}  // namespace minpaas::docker
