#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/docker/engine.h"
#include "tests/support/fake_engine_state.h"

namespace minpaas::test {

/// A Docker Engine in memory: a small working model (unique names, host ports that collide, images
/// in use, states, logs, events) whose outcomes a test scripts. Thread: any, all of it.
///
///     FakeEngine engine;
///     const auto image = engine.add_image("localhost/minpaas/python-base");
///     engine.next_build_fails("npm ci exited 1");
///     engine.behave(image, {.exit_code = 1, .log = {"no module named flask"}});
///     engine.fail_next(EngineCall::Start, {ErrorCode::NoSpace, "disk full", "", ""});
///     EXPECT_THAT(engine.journal(), ElementsAre("create web", "start web"));
class FakeEngine : public docker::Engine {
 public:
  FakeEngine();
  /// Times come from `clock`, which must outlive the engine.
  explicit FakeEngine(const Clock& clock);
  /// Ends all programs.
  ~FakeEngine() override;

  // What is there.

  /// An image of this name (`:latest` when it has no tag), its containers behaving like this.
  ImageId add_image(std::string_view reference, FakeBehaviour behaviour = {},
                    docker::Labels labels = {});
  /// The registry has it: pull_image succeeds.
  void add_to_registry(std::string_view reference);
  /// A program outside of the engine listens on this host port.
  void occupy_port(int port);
  void free_port(int port);
  /// Its networks are such that it chooses the addresses in them.
  void choose_addresses();

  // What happens next.

  /// Containers of the image from now on; with `command_part` only those whose command has it.
  void behave(const ImageId& image, FakeBehaviour behaviour);
  void behave(const ImageId& image, std::string_view command_part, FakeBehaviour behaviour);
  /// Scripts are used up in order; a build without one has two steps and succeeds.
  void next_build(FakeBuild build);
  /// The last step of the next build fails: Error Failed with this message.
  void next_build_fails(std::string_view message);
  /// Builds stop before their last step until release_builds(); they still can be cancelled.
  void hold_builds();
  void release_builds();
  /// Waits until `count` builds are running (between their first and last step); false after 30 s.
  [[nodiscard]] bool wait_for_builds(int count);
  /// The next `times` calls of this kind fail.
  void fail_next(EngineCall call, Error error, int times = 1);
  /// Runs at the begin of every such call with its subject (name, tag), outside of any lock.
  void before(EngineCall call, std::function<void(const std::string& subject)> run);
  /// Runs when a container has begun to run, or has ended: to open and close real listeners.
  void when_running(
      std::function<void(const docker::ContainerDetails&, const docker::ContainerSpec&)> run);
  void when_ended(std::function<void(const docker::ContainerDetails&)> run);

  // What happens by itself.

  /// The container ends; with restart policy UnlessStopped it runs again, restart_count one higher.
  void end_container(const docker::ContainerId& id, int exit_code);
  void kill_for_memory(const docker::ContainerId& id);
  void print(const docker::ContainerId& id, std::string_view line,
             docker::LogStream stream = docker::LogStream::Out);
  /// Every call and every open stream fails with Unavailable; containers stay as they are.
  void go_down();
  void come_up();
  /// The engine restarted as after a crash: running containers are Exited (137).
  void lose_containers();

  // What has happened.

  /// The changes that were asked for, in order, failed ones too: `build TAG`, `create NAME`,
  /// `start NAME`, `stop NAME`, `remove NAME`, `rename OLD NEW`, `restart_policy NAME POLICY`,
  /// `limit NAME`, `pull REFERENCE`, `remove_image ID`, `prune`, `signal NAME TERM`, `exec NAME
  /// WORDS`, `make_volume NAME`, `remove_volume NAME`, `put NAME`.
  [[nodiscard]] std::vector<std::string> journal() const;
  void clear_journal();
  /// How often it was called, reads too.
  [[nodiscard]] int calls(EngineCall call) const;
  [[nodiscard]] std::vector<docker::ContainerDetails> containers() const;
  /// By name; absent when there is none.
  [[nodiscard]] std::optional<docker::ContainerDetails> container(std::string_view name) const;
  [[nodiscard]] std::optional<docker::ContainerSpec> spec(std::string_view name) const;
  [[nodiscard]] std::vector<docker::ImageDetails> images() const;
  [[nodiscard]] std::vector<docker::BuildRequest> builds() const;
  [[nodiscard]] std::vector<FakeExec> execs() const;
  /// The tar bytes that the latest build got.
  [[nodiscard]] std::string last_context() const;

  // docker::Engine

  Result<docker::EngineVersion> version() override;
  Result<ImageId> build(const docker::BuildRequest& request, const docker::TarSource& context,
                        docker::BuildObserver& observer, std::stop_token stop) override;
  Result<docker::ImageDetails> inspect_image(std::string_view reference) override;
  Result<void> pull_image(std::string_view reference,
                          const std::function<void(const docker::PullProgress&)>& progress,
                          std::stop_token stop) override;
  Result<void> remove_image(const ImageId& id) override;
  Result<std::vector<docker::ImageDetails>> list_images(const docker::Labels& labels) override;
  Result<docker::ContainerId> create_container(const docker::ContainerSpec& spec) override;
  Result<void> start_container(const docker::ContainerId& id) override;
  using Engine::stop_container;
  Result<void> stop_container(const docker::ContainerId& id, seconds grace,
                              std::stop_token stop) override;
  Result<void> remove_container(const docker::ContainerId& id) override;
  Result<void> set_restart_policy(const docker::ContainerId& id,
                                  docker::RestartPolicy policy) override;
  Result<void> update_limits(const docker::ContainerId& id, const Limits& limits) override;
  Result<docker::ContainerDetails> inspect_container(const docker::ContainerId& id) override;
  Result<std::vector<docker::ContainerDetails>> list_containers(
      const docker::Labels& labels) override;
  Result<void> logs(const docker::ContainerId& id, const docker::LogOptions& options,
                    const docker::LogSink& sink, std::stop_token stop) override;
  Result<void> events(const docker::Labels& labels, std::optional<SystemTime> since,
                      const docker::EventSink& sink, std::stop_token stop) override;
  /// There is one named `minpaas` from the beginning.
  Result<docker::Addresses> ensure_network(const std::string& name,
                                           const docker::Labels& labels) override;
  Result<void> create_volume(const std::string& name, const docker::Labels& labels) override;
  Result<void> remove_volume(const std::string& name) override;
  Result<std::vector<docker::VolumeDetails>> list_volumes(const docker::Labels& labels) override;
  Result<void> put_archive(const docker::ContainerId& id, std::string_view tar) override;
  Result<std::unique_ptr<docker::Attachment>> attach_container(
      const docker::ContainerId& id, const docker::ContainerSpec& spec) override;
  Result<int> wait_container(const docker::ContainerId& id, std::stop_token stop) override;
  Result<void> signal_container(const docker::ContainerId& id, Signal signal) override;
  Result<void> resize_container(const docker::ContainerId& id, WindowSize size) override;
  Result<docker::ExecId> create_exec(const docker::ContainerId& id,
                                     const docker::ExecSpec& spec) override;
  Result<std::unique_ptr<docker::Attachment>> start_exec(const docker::ExecId& id,
                                                         const docker::ExecSpec& spec) override;
  Result<int> wait_exec(const docker::ExecId& id, std::stop_token stop) override;
  Result<void> signal_exec(const docker::ExecId& id, Signal signal) override;
  Result<void> resize_exec(const docker::ExecId& id, WindowSize size) override;
  Result<long long> prune_build_cache(long long keep_bytes) override;
  Result<std::string> data_root() override;
  /// 4 GB and 2 processors.
  Result<docker::EngineCapacity> capacity() override;

 private:
  /// Counts and journals the call; the scripted fault when there is one.
  Result<void> enter(EngineCall call, const std::string& subject, const std::string& entry = "");
  Result<void> run_steps(const FakeBuild& script, docker::BuildObserver& observer,
                         const std::stop_token& stop);
  Result<ImageId> finish_build(const docker::BuildRequest& request, const FakeBuild& script);
  /// Changes the state, then tells when_running and when_ended outside of the lock.
  void change(const std::function<void(FakeEngineState&)>& change);
  std::string name_of(const docker::ContainerId& id) const;
  std::shared_ptr<FakeProgram> program_of(const docker::ExecId& id);
  /// Runs a program on a thread; `ended` is told its exit status.
  void launch(std::shared_ptr<FakeProgram> program, const FakeBehaviour& behaviour,
              std::function<void(int)> ended);
  void launch_container(const docker::ContainerId& id, std::shared_ptr<FakeProgram> program,
                        const FakeBehaviour& behaviour);

  Guarded<FakeEngineState> state_;
  Guarded<std::list<std::jthread>> threads_;
};

}  // namespace minpaas::test
