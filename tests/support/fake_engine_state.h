#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/docker/engine.h"
#include "tests/support/fake_program.h"

namespace minpaas::test {

/// The calls of docker::Engine.
enum class EngineCall {
  Version,
  Build,
  InspectImage,
  PullImage,
  RemoveImage,
  ListImages,
  Create,
  Start,
  Stop,
  Remove,
  SetRestartPolicy,
  UpdateLimits,
  Inspect,
  List,
  Logs,
  Events,
  Prune,
  DataRoot,
  Attach,
  Wait,
  Signal,
  Resize,
  EnsureNetwork,
  CreateVolume,
  RemoveVolume,
  ListVolumes,
  PutArchive,
  CreateExec,
  StartExec,
};

/// What a container does once it is started.
struct FakeBehaviour {
  /// Absent: it runs until it is stopped. Otherwise it ends by itself with this status.
  std::optional<int> exit_code = std::nullopt;
  /// Printed at every start: standard output, then standard error.
  std::vector<std::string> log = {};
  std::vector<std::string> error_log = {};
  /// With exit_code: it is seen running by this many inspections before it ends.
  int alive_for_inspections = 0;
  bool oom_killed = false;
  /// Stop ends it with 137 and not with 143.
  bool ignores_sigterm = false;
  /// Starting fails with these words of the engine.
  std::string start_error = {};
  /// A lower memory limit is a Conflict.
  long long uses_memory_bytes = 0;
  /// Empty: a loopback address of its own, where nothing listens unless the test does.
  std::string address = {};
  /// What it does where someone is attached to it; absent: it prints the lines above, then ends
  /// with exit_code, or waits to be ended.
  FakeProgram::Main program = {};
  /// Signals that `program` waits for and that do not end it.
  std::set<Signal> catches = {};
};

struct FakeStep {
  std::string name = {};
  bool cached = false;
  std::vector<std::string> output = {};
  milliseconds took = milliseconds(5);
};

/// What the next build does.
struct FakeBuild {
  std::vector<FakeStep> steps = {{.name = "[1/2] FROM base"}, {.name = "[2/2] COPY . ."}};
  /// Present: the last step fails.
  std::optional<Error> error = std::nullopt;
  /// Of the containers of the image.
  FakeBehaviour behaviour = {};
  /// Of those whose command has this part, the first that fits.
  std::vector<std::pair<std::string, FakeBehaviour>> by_command = {};
  std::vector<int> exposed_tcp_ports = {};
};

struct FakeImage {
  docker::ImageDetails details;
  FakeBehaviour behaviour;
  /// Part of a command -> behaviour, the first that fits wins.
  std::vector<std::pair<std::string, FakeBehaviour>> by_command;
};

struct FakeContainer {
  docker::ContainerDetails details;
  docker::ContainerSpec spec;
  docker::RestartPolicy policy = docker::RestartPolicy::No;
  FakeBehaviour behaviour;
  std::vector<docker::LogLine> log;
  int inspections_left = 0;
  /// Empty before its first run.
  std::string address;
  /// Of the present run, where there is one.
  std::shared_ptr<FakeProgram> program;
};

struct FakeExec {
  docker::ExecId id;
  docker::ContainerId container;
  docker::ExecSpec spec;
  int pid = 0;
  FakeBehaviour behaviour;
  std::shared_ptr<FakeProgram> program;
};

/// The model behind FakeEngine; used under its lock only.
class FakeEngineState {
 public:
  FakeImage* find_image(std::string_view reference);
  /// By id, name or prefix of the id.
  FakeContainer* find(std::string_view id_or_name);
  FakeImage& add_image(std::string_view reference, docker::Labels labels);
  Result<docker::ContainerId> create(const docker::ContainerSpec& spec);
  Result<void> start(FakeContainer& container);
  void end(FakeContainer& container, int exit_code);
  /// What its image says of a container or exec with this command.
  FakeBehaviour behaviour_of(const ImageId& image, std::string_view command);
  FakeExec* find_exec(std::string_view id);
  docker::ExecId add_exec(const FakeContainer& container, const docker::ExecSpec& spec);
  void remove(const docker::ContainerId& id);
  void print(FakeContainer& container, std::string_view text, docker::LogStream stream);
  void emit(std::string_view action, const FakeContainer& container, int exit_code = 0);
  /// Strictly rising, so that lines and events have an order.
  SystemTime next_time();

  const Clock* clock = nullptr;
  bool down = false;
  bool holding_builds = false;
  int running_builds = 0;
  std::list<FakeImage> images;
  std::list<FakeContainer> containers;
  std::list<FakeExec> execs;
  std::map<std::string, docker::Labels> volumes;
  std::set<std::string> networks{"minpaas"};
  docker::Addresses addresses = docker::Addresses::Kept;
  /// Runs the container's program on a thread; set by the engine.
  std::function<void(const docker::ContainerId&, std::shared_ptr<FakeProgram>,
                     const FakeBehaviour&)>
      launch;
  std::set<std::string> registry;
  std::set<int> occupied_ports;
  std::vector<docker::EngineEvent> events;
  std::list<FakeBuild> scripts;
  std::map<EngineCall, std::list<Error>> faults;
  std::map<EngineCall, std::function<void(const std::string&)>> hooks;
  std::map<EngineCall, int> counts;
  std::vector<std::string> journal;
  std::vector<docker::BuildRequest> builds;
  std::string last_context;
  std::function<void(const docker::ContainerDetails&, const docker::ContainerSpec&)> when_running;
  std::function<void(const docker::ContainerDetails&)> when_ended;
  /// What when_running and when_ended have still to be told.
  std::vector<std::function<void()>> to_tell;

 private:
  void run(FakeContainer& container);
  [[nodiscard]] bool port_is_free(const FakeContainer& container) const;
  std::string next_hex();

  SystemTime last_time_{};
  int serial_ = 0;
};

inline constexpr docker::EngineCapacity kFakeCapacity{.memory_bytes = 4LL << 30, .cpus = 2};

/// Errors: InvalidInput, as the engine says it.
Result<void> check_limits(const Limits& limits);
Error cancelled();
Error engine_down();
Error no_container(std::string_view id);
Error no_image(std::string_view reference);
/// `name` -> `name:latest`; with a tag or digest as it is.
std::string with_tag(std::string_view reference);
/// The words with blanks between them.
std::string joined(const std::vector<std::string>& words);
/// Whether `labels` has all of `wanted`; an empty value there matches any.
bool has_labels(const docker::Labels& labels, const docker::Labels& wanted);

}  // namespace minpaas::test
