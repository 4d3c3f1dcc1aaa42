#pragma once

#include <map>
#include <memory>
#include <string_view>

#include "core/base/guarded.h"
#include "core/docker/address_pool.h"
#include "core/docker/api.h"
#include "core/docker/engine.h"
#include "core/docker/process_signal.h"

namespace minpaas::docker {

/// The Docker Engine over its unix socket. It need not run yet, and may go and come: every call
/// stands alone. Thread: any.
class DockerEngine : public Engine {
 public:
  /// `host` is `unix:///path/of/socket`; nothing is connected to. `signal` is for signal_exec.
  /// Errors: InvalidInput.
  static Result<std::unique_ptr<Engine>> connect(std::string_view host,
                                                 const EngineDeadlines& deadlines = {},
                                                 SignalProcess signal = signal_process_group);

  DockerEngine(std::string socket_path, const EngineDeadlines& deadlines, SignalProcess signal)
      : api_(std::move(socket_path), deadlines), signal_process_(std::move(signal)) {}

  Result<EngineVersion> version() override;
  Result<ImageId> build(const BuildRequest& request, const TarSource& context,
                        BuildObserver& observer, std::stop_token stop) override;
  Result<ImageDetails> inspect_image(std::string_view reference) override;
  Result<void> pull_image(std::string_view reference,
                          const std::function<void(const PullProgress&)>& progress,
                          std::stop_token stop) override;
  Result<void> remove_image(const ImageId& id) override;
  Result<std::vector<ImageDetails>> list_images(const Labels& labels) override;
  Result<ContainerId> create_container(const ContainerSpec& spec) override;
  Result<void> start_container(const ContainerId& id) override;
  using Engine::stop_container;
  Result<void> stop_container(const ContainerId& id, seconds grace, std::stop_token stop) override;
  Result<void> remove_container(const ContainerId& id) override;
  Result<void> set_restart_policy(const ContainerId& id, RestartPolicy policy) override;
  Result<void> update_limits(const ContainerId& id, const Limits& limits) override;
  Result<ContainerDetails> inspect_container(const ContainerId& id) override;
  Result<std::vector<ContainerDetails>> list_containers(const Labels& labels) override;
  Result<void> logs(const ContainerId& id, const LogOptions& options, const LogSink& sink,
                    std::stop_token stop) override;
  Result<void> events(const Labels& labels, std::optional<SystemTime> since, const EventSink& sink,
                      std::stop_token stop) override;
  Result<Addresses> ensure_network(const std::string& name, const Labels& labels) override;
  Result<void> create_volume(const std::string& name, const Labels& labels) override;
  Result<void> remove_volume(const std::string& name) override;
  Result<std::vector<VolumeDetails>> list_volumes(const Labels& labels) override;
  Result<void> put_archive(const ContainerId& id, std::string_view tar) override;
  Result<std::unique_ptr<Attachment>> attach_container(const ContainerId& id,
                                                       const ContainerSpec& spec) override;
  Result<int> wait_container(const ContainerId& id, std::stop_token stop) override;
  Result<void> signal_container(const ContainerId& id, Signal signal) override;
  Result<void> resize_container(const ContainerId& id, WindowSize size) override;
  Result<ExecId> create_exec(const ContainerId& id, const ExecSpec& spec) override;
  Result<std::unique_ptr<Attachment>> start_exec(const ExecId& id, const ExecSpec& spec) override;
  Result<int> wait_exec(const ExecId& id, std::stop_token stop) override;
  Result<void> signal_exec(const ExecId& id, Signal signal) override;
  Result<void> resize_exec(const ExecId& id, WindowSize size) override;
  Result<long long> prune_build_cache(long long keep_bytes) override;
  Result<std::string> data_root() override;
  Result<EngineCapacity> capacity() override;

 private:
  Result<std::string> get(std::string target);
  Result<HttpResponse> post(std::string target, std::string json = "",
                            std::initializer_list<int> wanted = {});
  Result<bool> is_used(const ImageId& id);
  Result<void> remove_network(const std::string& name);
  Result<void> remove_leftover(const std::string& name, const Labels& labels);
  Result<std::string> free_subnet(const std::string& name, const Labels& labels);
  Result<void> create_network(const std::string& name, const Labels& labels);
  /// Empty: the engine chooses the addresses of this network, or there is none of this name.
  Result<std::string> take_address(const std::string& network);
  Result<void> begin_round(const std::string& network);
  /// Another address for a container that does not run. False: it has none of ours.
  Result<bool> move_container(const ContainerId& id);

  /// A network whose addresses we choose.
  struct Network {
    std::string subnet;
    AddressPool pool;
  };

  Api api_;
  SignalProcess signal_process_;
  Guarded<std::map<std::string, Network>> networks_;
};

}  // namespace minpaas::docker
