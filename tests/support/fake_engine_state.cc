#include "tests/support/fake_engine_state.h"

#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace minpaas::test {

using docker::ContainerId;
using docker::ContainerSpec;
using docker::RestartPolicy;
using docker::RunState;

Error cancelled() {
  return {ErrorCode::Cancelled, "cancelled", "", ""};
}

Error engine_down() {
  return {ErrorCode::Unavailable, "the Docker Engine does not answer", "start it", ""};
}

Error no_container(std::string_view id) {
  return {ErrorCode::NotFound, fmt::format("No such container: {}", id), "", ""};
}

Error no_image(std::string_view reference) {
  return {ErrorCode::NotFound, fmt::format("No such image: {}", reference), "", ""};
}

std::string with_tag(std::string_view reference) {
  const auto name = reference.substr(reference.rfind('/') + 1);
  std::string full(reference);
  if (!name.starts_with("sha256:") && name.find_first_of(":@") == std::string_view::npos) {
    full += ":latest";
  }
  return full;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

bool has_labels(const docker::Labels& labels, const docker::Labels& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
    const auto found = labels.find(label.first);
    return found != labels.end() && (label.second.empty() || label.second == found->second);
  });
}

SystemTime FakeEngineState::next_time() {
  const auto now = std::max(clock->now(), last_time_ + std::chrono::microseconds(1));
  last_time_ = now;
  return now;
}

std::string FakeEngineState::next_hex() {
  ++serial_;
  // The serial number leads, so that a prefix of an id is as telling as in the real engine.
  return fmt::format("{:08x}{:056x}", serial_ * 0x9E3779B1U, serial_);
}

FakeImage* FakeEngineState::find_image(std::string_view reference) {
  const std::string tagged = with_tag(reference);
  for (auto& image : images) {
    const auto& tags = image.details.tags;
    if (image.details.id.value == reference ||
        std::find(tags.begin(), tags.end(), tagged) != tags.end()) {
      return &image;
    }
  }
  return nullptr;
}

FakeContainer* FakeEngineState::find(std::string_view id_or_name) {
  for (auto& container : containers) {
    if (container.details.id.value == id_or_name || container.details.name == id_or_name) {
      return &container;
    }
  }
  return nullptr;
}

FakeImage& FakeEngineState::add_image(std::string_view reference, docker::Labels labels) {
  const std::string tag = reference.empty() ? "" : with_tag(reference);
  for (auto& image : images) {
    std::erase(image.details.tags, tag);
  }
  FakeImage& added = images.emplace_back();
  added.details.id = {"sha256:" + next_hex()};
  if (!tag.empty()) {
    added.details.tags.push_back(tag);
  }
  added.details.labels = std::move(labels);
  added.details.size_bytes = 1'000'000;
  return added;
}

Result<void> check_limits(const Limits& limits) {
  if (limits.memory_bytes > 0 && limits.memory_bytes < LimitRange::kLeastMemoryBytes) {
    return Error{ErrorCode::InvalidInput, "Minimum memory limit allowed is 6MB", "", ""};
  }
  if (limits.cpus > kFakeCapacity.cpus) {
    return Error{ErrorCode::InvalidInput, "Range of CPUs is from 0.01 to 2.00", "", ""};
  }
  return {};
}

Result<ContainerId> FakeEngineState::create(const ContainerSpec& spec) {
  FakeImage* image = find_image(spec.image.value);
  if (image == nullptr) {
    return no_image(spec.image.value);
  }
  const Limits limits{.memory_bytes = spec.memory_bytes, .cpus = spec.cpus, .pids = spec.pids};
  TRY(check_limits(limits));
  if (!spec.name.empty() && find(spec.name) != nullptr) {
    return Error{ErrorCode::AlreadyExists,
                 fmt::format("the container name {} is already in use", spec.name), "", ""};
  }
  FakeContainer& made = containers.emplace_back();
  made.details.id = {next_hex()};
  made.details.name =
      spec.name.empty() ? "unnamed_" + made.details.id.value.substr(0, 8) : spec.name;
  made.details.image = image->details.id;
  made.details.labels = image->details.labels;
  for (const auto& [name, value] : spec.labels) {
    made.details.labels[name] = value;
  }
  made.details.limits = limits;
  made.spec = spec;
  for (const docker::VolumeMount& mount : spec.mounts) {
    volumes.try_emplace(mount.volume);
  }
  made.behaviour =
      behaviour_of(image->details.id, spec.words.empty() ? spec.command : joined(spec.words));
  emit("create", made);
  return made.details.id;
}

FakeBehaviour FakeEngineState::behaviour_of(const ImageId& image, std::string_view command) {
  const FakeImage* found = find_image(image.value);
  if (found == nullptr) {
    return {};
  }
  for (const auto& [part, behaviour] : found->by_command) {
    if (command.find(part) != std::string_view::npos) {
      return behaviour;
    }
  }
  return found->behaviour;
}

FakeExec* FakeEngineState::find_exec(std::string_view id) {
  const auto found =
      std::ranges::find_if(execs, [&](const FakeExec& exec) { return exec.id.value == id; });
  return found == execs.end() ? nullptr : &*found;
}

docker::ExecId FakeEngineState::add_exec(const FakeContainer& container,
                                         const docker::ExecSpec& spec) {
  FakeExec& made = execs.emplace_back();
  made.id = {next_hex()};
  made.container = container.details.id;
  made.spec = spec;
  made.pid = 1000 + ++serial_;
  made.behaviour = behaviour_of(container.details.image, joined(spec.words));
  made.program = std::make_shared<FakeProgram>(made.behaviour.catches, spec.terminal);
  return made.id;
}

bool FakeEngineState::port_is_free(const FakeContainer& wanting) const {
  const int port = wanting.spec.host_port;
  if (port == 0) {
    return true;
  }
  return !occupied_ports.contains(port) &&
         std::none_of(containers.begin(), containers.end(), [&](const FakeContainer& other) {
           return &other != &wanting && other.spec.host_port == port &&
                  other.details.state == RunState::Running;
         });
}

Result<void> FakeEngineState::start(FakeContainer& container) {
  const std::string& network = container.spec.network;
  if (!network.empty() && !networks.contains(network)) {
    return Error{ErrorCode::NotFound, fmt::format("network {} not found", network), "", ""};
  }
  if (container.details.state == RunState::Running) {
    return {};
  }
  if (!port_is_free(container)) {
    container.details.error = fmt::format("Bind for {}:{} failed: port is already allocated",
                                          container.spec.host_address, container.spec.host_port);
    return Error{ErrorCode::Conflict, container.details.error, "", ""};
  }
  if (!container.behaviour.start_error.empty()) {
    container.details.error = container.behaviour.start_error;
    container.details.exit_code = 127;
    return Error{ErrorCode::Failed, container.details.error, "", ""};
  }
  run(container);
  if (container.behaviour.exit_code && container.inspections_left == 0 && !container.program) {
    end(container, *container.behaviour.exit_code);
  }
  return {};
}

void FakeEngineState::run(FakeContainer& container) {
  auto& details = container.details;
  details.state = RunState::Running;
  details.exit_code = 0;
  details.oom_killed = false;
  details.error.clear();
  details.pid = 1000 + ++serial_;
  const bool stays = !container.spec.network.empty() && addresses == docker::Addresses::Kept;
  if (container.address.empty() || !stays) {
    container.address = fmt::format("127.{}.{}.{}", 1 + ::getpid() % 254, ::getpid() / 254 % 254,
                                    1 + serial_ % 250);
  }
  details.address =
      container.behaviour.address.empty() ? container.address : container.behaviour.address;
  details.started_at = next_time();
  details.finished_at.reset();
  container.inspections_left = container.behaviour.alive_for_inspections;
  emit("start", container);
  for (const auto& line : container.behaviour.log) {
    print(container, line, docker::LogStream::Out);
  }
  for (const auto& line : container.behaviour.error_log) {
    print(container, line, docker::LogStream::Err);
  }
  if (container.behaviour.program && !container.program) {
    container.program =
        std::make_shared<FakeProgram>(container.behaviour.catches, container.spec.terminal);
  }
  if (container.program) {
    to_tell.push_back([tell = launch, id = details.id, program = container.program,
                       behaviour = container.behaviour] { tell(id, program, behaviour); });
  }
  if (when_running) {
    to_tell.push_back(
        [tell = when_running, details, spec = container.spec] { tell(details, spec); });
  }
}

void FakeEngineState::end(FakeContainer& container, int exit_code) {
  auto& details = container.details;
  details.exit_code = exit_code;
  details.oom_killed = container.behaviour.oom_killed;
  details.pid = 0;
  details.address.clear();
  details.finished_at = next_time();
  details.state = RunState::Exited;
  if (container.program) {
    std::exchange(container.program, nullptr)->end(exit_code);
  }
  for (FakeExec& exec : execs) {
    if (exec.container == details.id) {
      exec.program->end(137);
    }
  }
  if (details.oom_killed) {
    emit("oom", container);
  }
  emit("die", container, exit_code);
  if (when_ended) {
    to_tell.push_back([tell = when_ended, details] { tell(details); });
  }
  if (container.policy != RestartPolicy::UnlessStopped) {
    return;
  }
  ++details.restart_count;
  // One that always ends at once is shown between two attempts, as the real engine mostly shows it.
  if (container.behaviour.exit_code) {
    details.state = RunState::Restarting;
  } else {
    run(container);
  }
}

void FakeEngineState::remove(const ContainerId& id) {
  const auto found = std::find_if(containers.begin(), containers.end(), [&](const auto& container) {
    return container.details.id == id;
  });
  if (found == containers.end()) {
    return;
  }
  found->policy = RestartPolicy::No;
  if (found->details.state == RunState::Running) {
    end(*found, 137);
  }
  emit("destroy", *found);
  containers.erase(found);
}

void FakeEngineState::print(FakeContainer& container, std::string_view text,
                            docker::LogStream stream) {
  container.log.push_back({next_time(), stream, std::string(text)});
}

void FakeEngineState::emit(std::string_view action, const FakeContainer& container, int exit_code) {
  events.push_back({next_time(), std::string(action), container.details.id,
                    container.details.labels, exit_code});
}

}  // namespace minpaas::test
