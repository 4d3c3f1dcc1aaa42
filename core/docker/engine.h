#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/config_var.h"
#include "core/app/limits.h"
#include "core/app/release.h"
#include "core/base/clock.h"
#include "core/base/console.h"
#include "core/base/result.h"
#include "core/docker/attachment.h"

/// The Docker Engine as the rest of MinPaas sees it. `DockerEngine` speaks the Engine API over a
/// unix socket, `FakeEngine` (tests) keeps it all in memory; one contract suite holds both.
namespace minpaas::docker {

using Labels = std::map<std::string, std::string>;

/// Everything that MinPaas makes carries these; what lacks `kLabelApp` is never touched.
inline constexpr std::string_view kLabelApp = "minpaas.app";
inline constexpr std::string_view kLabelRelease = "minpaas.release";
inline constexpr std::string_view kLabelProcess = "minpaas.process";
/// Which installation made it (a random id kept in its database): two servers may share an engine.
inline constexpr std::string_view kLabelInstance = "minpaas.instance";
/// The app's port, on containers that have it published.
inline constexpr std::string_view kLabelPort = "minpaas.port";
/// `h2c` on containers whose web process speaks nothing else.
inline constexpr std::string_view kLabelProtocol = "minpaas.protocol";
/// Id of the deploy that made it.
inline constexpr std::string_view kLabelDeploy = "minpaas.deploy";
/// On containers that run one command for a person who waits for it: they belong to no release.
inline constexpr std::string_view kLabelOneOff = "minpaas.one-off";

/// On the network of the apps, which several installations may share.
inline constexpr std::string_view kLabelNetwork = "minpaas.network";

struct ContainerId {
  std::string value;
  auto operator<=>(const ContainerId&) const = default;
};

/// What RUN steps of a build may read and nothing else has: the id of `--mount=type=secret` -> the
/// secret.
using BuildSecrets = std::map<std::string, Secret, std::less<>>;

/// Writes the build context: calls `put` with successive pieces of a tar stream. It stops with the
/// Error that `put` returns (the engine went away, the build was cancelled).
using TarSource =
    std::function<Result<void>(const std::function<Result<void>(std::span<const char>)>& put)>;

/// What a build says. `step` begins a numbered Dockerfile instruction; `output` is a line that it
/// printed (already without line end, not sanitised); `step_done` has its time.
class BuildObserver {
 public:
  virtual ~BuildObserver() = default;
  /// A cached step gets no step_done.
  virtual void step(std::string_view name, bool cached) = 0;
  virtual void output(std::string_view line) = 0;
  virtual void step_done(std::string_view name, milliseconds took) = 0;
};

enum class Builder { BuildKit, Classic };

struct BuildRequest {
  /// Path of the Dockerfile inside the context.
  std::string dockerfile = "Dockerfile";
  std::string tag = {};
  Labels labels = {};
  std::map<std::string, std::string> build_args = {};
  Builder builder = Builder::BuildKit;
  /// False ignores every cached layer.
  bool use_cache = true;
  /// With the classic builder of this build, with BuildKit of all builds together
  /// (core/docker/build_cgroup.h); 0: no limit.
  long long memory_bytes = 0;
  double cpus = 0;
  /// For BuildKit only.
  BuildSecrets secrets = {};
  /// Steps may ask for one that is not there: without it they go on, unless they require it.
  bool asks_for_secrets = false;
  /// Cache mounts are shared by builds of one scope; empty: by all. For BuildKit only.
  std::string cache_scope = {};
  /// RUN steps come from the cache of builds with the same one alone. At most 63 characters of a
  /// host name. For BuildKit only.
  std::string step_scope = {};
};

struct ImageDetails {
  ImageId id;
  std::vector<std::string> tags;
  Labels labels;
  long long size_bytes = 0;
  /// `8080/tcp` -> 8080, ascending.
  std::vector<int> exposed_tcp_ports;
  /// Whom its containers run as, as the Dockerfile says it: `10001:10001`, `app`; empty is root.
  std::string user = {};
};

/// A named volume in the file system of a container. It begins empty, whatever the image has there.
struct VolumeMount {
  std::string volume;
  std::string path;
  auto operator<=>(const VolumeMount&) const = default;
};

struct VolumeDetails {
  std::string name;
  Labels labels;
};

struct ContainerSpec {
  /// Unique name, `minpaas-APP-web-1-v3-d7-0123ab`.
  std::string name = {};
  ImageId image = {};
  /// Empty: the image's own command. Otherwise run by `/bin/sh -c`, in place of its entrypoint.
  std::string command = {};
  /// In place of `command`: a program and its arguments, run as they are, without a shell.
  std::vector<std::string> words = {};
  /// Its standard input is open for one attachment, and ends with it.
  bool open_input = false;
  /// Its three streams are a terminal of this size.
  std::optional<WindowSize> terminal = std::nullopt;
  /// False: what it prints is for its attachment alone, and no log of it is kept.
  bool keep_log = true;
  std::map<std::string, std::string> env = {};
  Labels labels = {};
  /// Port of the container that is published on `host_address:host_port`; 0 publishes nothing.
  int internal_port = 0;
  int host_port = 0;
  std::string host_address = "0.0.0.0";
  long long memory_bytes = 0;
  double cpus = 0;
  int pids = 512;
  /// Empty: the engine's own, where containers reach each other.
  std::string network = {};
  /// A volume that is not there is made, with those of `labels` that say whose it is.
  std::vector<VolumeMount> mounts = {};
};

enum class RestartPolicy { No, UnlessStopped };

enum class RunState { Created, Running, Paused, Restarting, Exited, Dead };

struct ContainerDetails {
  ContainerId id;
  std::string name;
  ImageId image;
  Labels labels;
  RunState state = RunState::Created;
  int exit_code = 0;
  bool oom_killed = false;
  /// The engine's own words for a failed start, empty when there was none.
  std::string error;
  int restart_count = 0;
  /// Host process id of its first process, 0 when it does not run.
  int pid = 0;
  /// Address on its bridge network, empty when it does not run.
  std::string address;
  std::optional<SystemTime> started_at;
  std::optional<SystemTime> finished_at;
  /// 0 is none.
  Limits limits = {};
};

struct ExecId {
  std::string value;
};

/// A program that is started in a container beside its own.
struct ExecSpec {
  std::vector<std::string> words = {};
  std::optional<WindowSize> terminal = std::nullopt;
  /// Beside the container's own environment.
  std::map<std::string, std::string> env = {};
};

struct LogOptions {
  bool follow = false;
  /// Last N lines; absent = all.
  std::optional<int> tail = std::nullopt;
  std::optional<SystemTime> since = std::nullopt;
};

struct LogLine {
  SystemTime at;
  LogStream stream = LogStream::Out;
  std::string text;
};

/// Returns false to end the stream.
using LogSink = std::function<bool(const LogLine&)>;

struct EngineEvent {
  SystemTime at;
  /// `start`, `die`, `oom`, `destroy`, ...
  std::string action;
  ContainerId container;
  Labels labels;
  int exit_code = 0;
};

using EventSink = std::function<bool(const EngineEvent&)>;

struct EngineVersion {
  std::string version;
  /// The API version in use, `1.41`.
  std::string api;
  /// What this engine builds with best: Classic only where it has no BuildKit.
  Builder default_builder = Builder::BuildKit;
};

/// What becomes of the address of a container that has ended but is not removed.
enum class Addresses {
  /// It has the same one at its next start, and no other container has it.
  Kept,
  /// The next container that starts can have it.
  Shifting,
};

/// What the machine of the engine has.
struct EngineCapacity {
  long long memory_bytes = 0;
  int cpus = 0;
};

struct PullProgress {
  std::string layer;
  std::string status;
};

/// Blocking calls with deadlines of their own; each may be called from any thread.
/// Errors common to all: Unavailable (engine down or not answering), Timeout, NoSpace (engine's
/// disk full), Cancelled (`stop`), NotFound (no such container or image), Failed (the engine's
/// words).
class Engine {
 public:
  virtual ~Engine() = default;

  /// GET /version after negotiation. Cheap enough for a health check.
  virtual Result<EngineVersion> version() = 0;
  /// POST /build. Failed: a step failed, `message` names the step. The context comes from
  /// `context`.
  virtual Result<ImageId> build(const BuildRequest& request, const TarSource& context,
                                BuildObserver& observer, std::stop_token stop) = 0;
  /// GET /images/{reference}/json, by id, name or name:tag.
  virtual Result<ImageDetails> inspect_image(std::string_view reference) = 0;
  /// POST /images/create.
  virtual Result<void> pull_image(std::string_view reference,
                                  const std::function<void(const PullProgress&)>& progress,
                                  std::stop_token stop) = 0;
  /// DELETE /images/{id}; done already counts as done. Conflict: in use by a container.
  virtual Result<void> remove_image(const ImageId& id) = 0;
  /// Images that carry all of `labels`.
  virtual Result<std::vector<ImageDetails>> list_images(const Labels& labels) = 0;

  /// POST /containers/create. AlreadyExists: the name is taken.
  virtual Result<ContainerId> create_container(const ContainerSpec& spec) = 0;
  /// POST /containers/{id}/start; started already counts as done. Conflict: host port is taken.
  virtual Result<void> start_container(const ContainerId& id) = 0;
  /// SIGTERM, SIGKILL after `grace`. Stopped or removed already counts as done. Cancelled: `stop`
  /// was requested; what the engine has begun it goes on with.
  virtual Result<void> stop_container(const ContainerId& id, seconds grace,
                                      std::stop_token stop) = 0;

  Result<void> stop_container(const ContainerId& id, seconds grace) {
    return stop_container(id, grace, {});
  }

  /// DELETE with force and its anonymous volumes; removed already counts as done.
  virtual Result<void> remove_container(const ContainerId& id) = 0;
  virtual Result<void> set_restart_policy(const ContainerId& id, RestartPolicy policy) = 0;
  /// All three limits, at once for what runs in it. InvalidInput: one is outside of what the engine
  /// accepts. Conflict: it uses more memory than that (engines that are asked to anyway kill it).
  virtual Result<void> update_limits(const ContainerId& id, const Limits& limits) = 0;
  virtual Result<ContainerDetails> inspect_container(const ContainerId& id) = 0;
  /// Running or not, those that carry all of `labels` (an empty value matches any).
  /// The list API knows no exit code, address or pid; ask inspect_container for those.
  virtual Result<std::vector<ContainerDetails>> list_containers(const Labels& labels) = 0;
  /// Lines in order of each stream. With `follow` it lasts until the container ends or the sink
  /// returns false (both are success), or until `stop` is requested (Cancelled).
  virtual Result<void> logs(const ContainerId& id, const LogOptions& options, const LogSink& sink,
                            std::stop_token stop) = 0;
  /// GET /events of containers with `labels`, from `since` on (those of that microsecond again);
  /// lasts until the sink returns false (success), `stop` is requested (Cancelled) or the engine
  /// ends it (Unavailable).
  virtual Result<void> events(const Labels& labels, std::optional<SystemTime> since,
                              const EventSink& sink, std::stop_token stop) = 0;

  /// Makes the network where it is not there yet: a bridge on which containers do not reach each
  /// other, while the host reaches them, and they the world. Those that are created from then on
  /// have addresses as it returns. Conflict: there is another network of this name, without that.
  virtual Result<Addresses> ensure_network(const std::string& name, const Labels& labels) = 0;
  /// POST /volumes/create; there already counts as done.
  virtual Result<void> create_volume(const std::string& name, const Labels& labels) = 0;
  /// DELETE /volumes/{name}; removed already counts as done. Conflict: a container has it.
  virtual Result<void> remove_volume(const std::string& name) = 0;
  /// GET /volumes: those that carry all of `labels`.
  virtual Result<std::vector<VolumeDetails>> list_volumes(const Labels& labels) = 0;
  /// PUT /containers/{id}/archive: unpacks a tar at `/` of a container, which need not run, and in
  /// the volumes that it has there.
  virtual Result<void> put_archive(const ContainerId& id, std::string_view tar) = 0;

  /// POST /containers/{id}/attach, from now on: attached before its start, nothing of it is missed.
  /// `spec` is what the container was made of.
  virtual Result<std::unique_ptr<Attachment>> attach_container(const ContainerId& id,
                                                               const ContainerSpec& spec) = 0;
  /// POST /containers/{id}/wait until it does not run; returns its exit status.
  virtual Result<int> wait_container(const ContainerId& id, std::stop_token stop) = 0;
  /// To its first process, whose init passes it on. Ended or removed already counts as done.
  virtual Result<void> signal_container(const ContainerId& id, Signal signal) = 0;
  virtual Result<void> resize_container(const ContainerId& id, WindowSize size) = 0;
  /// POST /containers/{id}/exec. Conflict: the container does not run.
  virtual Result<ExecId> create_exec(const ContainerId& id, const ExecSpec& spec) = 0;
  /// POST /exec/{id}/start, once. A program that is not there is told by its output and status.
  virtual Result<std::unique_ptr<Attachment>> start_exec(const ExecId& id,
                                                         const ExecSpec& spec) = 0;
  /// Waits until it does not run; returns its exit status.
  virtual Result<int> wait_exec(const ExecId& id, std::stop_token stop) = 0;
  /// To its process group. The engine has no call for that: the signal is sent on this host, so it
  /// takes the rights for it (PermissionDenied). Ended already counts as done.
  virtual Result<void> signal_exec(const ExecId& id, Signal signal) = 0;
  virtual Result<void> resize_exec(const ExecId& id, WindowSize size) = 0;

  /// POST /build/prune down to `keep_bytes` of build cache; returns bytes given back.
  virtual Result<long long> prune_build_cache(long long keep_bytes) = 0;
  /// GET /info: where the engine keeps its data on this host (to look at free space).
  virtual Result<std::string> data_root() = 0;
  /// GET /info.
  virtual Result<EngineCapacity> capacity() = 0;
};

}  // namespace minpaas::docker
