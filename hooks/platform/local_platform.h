#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>

#include "hooks/access/app_access.h"
#include "hooks/access/known_masks.h"
#include "hooks/pipeline/pipeline_parts.h"
#include "hooks/platform/local_storage.h"
#include "hooks/platform/push_places.h"
#include "hooks/programs/one_off.h"
#include "hooks/queue/deploy_queue.h"
#include "hooks/service/platform.h"
#include "hooks/supervision/liveness.h"

namespace minpaas::hooks {

/// Parts that another file of this folder does; functions, so that each can be tested alone.
struct PlatformTasks {
  /// `logs`.
  std::function<Result<void>(const AppName&, const LogQuery&, const AppLogSink&, std::stop_token)>
      logs;
  /// `doctor`.
  std::function<Result<std::vector<DoctorFinding>>()> doctor;
  /// Whether a container was stopped for crashing again and again.
  std::function<bool(const docker::ContainerId&)> crashed;
  /// Whether nothing else of this host listens on the port.
  std::function<bool(int)> port_is_free;
  /// Apps or their host names have changed.
  std::function<void()> names_changed = {};
  /// How a live process fares by its liveness checks.
  std::function<std::optional<LivenessState>(const docker::ContainerId&)> liveness = {};
  /// How often it ran again after it had ended by itself or failed its checks.
  std::function<int(const docker::ContainerId&)> restarts = {};

  [[nodiscard]] LivenessState liveness_of(const docker::ContainerId& container) const {
    const auto known = liveness ? liveness(container) : std::nullopt;
    return known.value_or(LivenessState());
  }

  /// The engine counts from the last start that was asked for, this server from its own.
  [[nodiscard]] int restarts_of(const docker::ContainerDetails& container) const {
    return std::max(container.restart_count + liveness_of(container.id).restarts,
                    restarts ? restarts(container.id) : 0);
  }
};

/// Who may do what.
struct PlatformAccess {
  state::GrantStore& grants;
  AppAccess& apps;
};

/// Nouns with an interface and a class of their own.
struct PlatformNouns {
  People& people;
  Events& events;
  Certificates& certificates;
  Resources& resources;
  LocalStorage& storage;
  Domains& domains;
  Maintenance& maintenance;
  Cron& cron;
  Checks& checks;
  Tokens& tokens;
  StandingWatch& standing;
  BuildSecrets& build_secrets;
  Sources& sources;
};

/// The service layer of one machine. Who may do what is for `AppAccess` to say. Thread: any.
class LocalPlatform : public Platform {
 public:
  LocalPlatform(const PipelineParts& parts, PlatformAccess access, DeployQueue& queue,
                OneOffs& one_offs, PlatformNouns nouns, PlatformTasks tasks)
      : parts_(parts),
        grants_(access.grants),
        access_(access.apps),
        queue_(queue),
        one_offs_(one_offs),
        nouns_(nouns),
        tasks_(std::move(tasks)),
        places_(parts) {}

  // local_platform_apps.cc
  Result<std::vector<AppSummary>> apps(const Actor& actor) override;
  Result<AppReport> app(const Actor& actor, const AppName& name) override;
  Result<AppReport> create_app(const Actor& actor, const AppName& name) override;
  Result<void> set_app(const Actor& actor, const AppName& name,
                       const std::vector<std::pair<std::string, std::string>>& values) override;
  Result<std::vector<ProcessReport>> processes(const Actor& actor, const AppName& name) override;

  // local_platform_processes.cc
  Result<DeployOutcome> restart(const Actor& actor, const AppName& name,
                                const std::optional<ProcessType>& type,
                                const Follow& follow) override;
  Result<DeployOutcome> stop(const Actor& actor, const AppName& name,
                             const Follow& follow) override;
  Result<DeployOutcome> start(const Actor& actor, const AppName& name,
                              const Follow& follow) override;
  Result<DeployOutcome> scale(const Actor& actor, const AppName& name, const Formation& quantities,
                              const Follow& follow) override;
  Result<void> lock(const Actor& actor, const AppName& name) override;
  Result<bool> unlock(const Actor& actor, const AppName& name) override;
  Result<void> require_open(const Actor& actor, const AppName& name) override;

  // local_platform_releases.cc
  Result<std::vector<Release>> releases(const Actor& actor, const AppName& name,
                                        state::Page page) override;
  Result<ReleaseReport> release(const Actor& actor, const AppName& name,
                                ReleaseNumber number) override;
  Result<ReleaseDiff> compare_releases(const Actor& actor, const AppName& name, ReleaseNumber from,
                                       ReleaseNumber to) override;
  Result<DeployOutcome> rollback(const Actor& actor, const AppName& name,
                                 std::optional<ReleaseNumber> number,
                                 const Follow& follow) override;

  // local_platform_rename.cc
  Result<AppReport> rename_app(const Actor& actor, const AppName& name, const AppName& to) override;

  // local_platform_destroy.cc
  Result<void> destroy_app(const Actor& actor, const AppName& name, bool with_storage) override;

  // local_platform_config.cc
  Result<ConfigVars> config(const Actor& actor, const AppName& name) override;
  Result<SharedMask> secret_mask(const Actor& actor, const AppName& name) override;
  Result<DeployOutcome> change_config(const Actor& actor, const AppName& name,
                                      const ConfigVars& set, const std::vector<ConfigKey>& unset,
                                      const Follow& follow) override;

  // local_platform_deploys.cc
  Result<PushPlace> open_for_push(const Actor& actor, const AppName& name) override;
  Result<FetchSource> open_for_fetch(const Actor& actor, const AppName& name) override;
  Result<DeployOutcome> push(const Actor& actor, const PushRequest& request,
                             const Follow& follow) override;
  Result<DeployOutcome> rebuild(const Actor& actor, const AppName& name, bool no_cache,
                                const Follow& follow) override;
  Result<std::vector<state::DeployRow>> builds(const Actor& actor, const AppName& name,
                                               BuildsScope scope, state::Page page) override;
  Result<state::DeployRow> build_output(const Actor& actor, const AppName& name,
                                        std::optional<std::int64_t> id,
                                        const Follow& follow) override;
  Result<int> cancel_builds(const Actor& actor, const AppName& name) override;

  // local_platform_programs.cc
  Result<ProgramOutcome> run(const Actor& actor, const AppName& name, const ProgramRequest& request,
                             ExecStreams& peer) override;
  Result<ProgramOutcome> exec(const Actor& actor, const AppName& name, const ProcessType& process,
                              int index, const ProgramRequest& request, ExecStreams& peer) override;

  People& people() override { return nouns_.people; }

  Events& events() override { return nouns_.events; }

  Certificates& certificates() override { return nouns_.certificates; }

  Resources& resources() override { return nouns_.resources; }

  Storage& storage() override { return nouns_.storage; }

  Domains& domains() override { return nouns_.domains; }

  Maintenance& maintenance() override { return nouns_.maintenance; }

  BuildSecrets& build_secrets() override { return nouns_.build_secrets; }

  Cron& cron() override { return nouns_.cron; }

  Checks& checks() override { return nouns_.checks; }

  Tokens& tokens() override { return nouns_.tokens; }

  StandingWatch& standing() override { return nouns_.standing; }

  Sources& sources() override { return nouns_.sources; }

  // local_platform_access.cc
  Result<void> logs(const Actor& actor, const AppName& name, const LogQuery& query,
                    const AppLogSink& sink, std::stop_token gone) override;
  Result<std::vector<DoctorFinding>> doctor(const Actor& actor) override;

 private:
  Result<void> require_no_names_below(const Actor& actor, const AppName& name);
  Result<void> require_renamable(const Actor& actor, const AppName& name, const AppName& to);
  /// Without a look at who asks.
  Result<SharedMask> mask_of(const AppName& name);
  /// Whatever the app's name is now; none of one that is gone.
  Result<std::vector<SharedMask>> masks_of_label(const std::string& label);
  Result<std::vector<ConfigVars>> secrets_of(const AppName& name);
  [[nodiscard]] bool may_make_apps(const Actor& actor) const;
  Result<bool> may_make_by_push(const Actor& actor, const AppName& name);
  Result<void> grant_to_maker(const Actor& actor, const AppName& name);
  Result<Release> require_live(const AppName& name);
  [[nodiscard]] std::string deploy_branch(const state::AppRow& row) const;
  Result<docker::ContainerId> find_process(const AppName& name, const ProcessType& process,
                                           int index);
  Result<void> add_one_offs(const AppName& name, std::vector<ProcessReport>& reports);
  Result<state::LiveSummary> live_summary(const Release& live);
  /// `live`: nullptr before the first release.
  AppSummary summarize(const state::AppRow& row, const state::LiveSummary* live,
                       const Result<std::set<std::string>>& up);
  AppStatus status_of(const state::AppRow& row, const state::LiveSummary* live,
                      const Result<std::set<std::string>>& up);
  Result<std::set<std::string>> up_containers(const std::optional<AppName>& app);
  Result<std::vector<docker::ContainerDetails>> our_containers(const std::optional<AppName>& app);
  Result<void> remove_from_engine(const AppName& name);
  Result<void> remove_image(const ImageId& id);
  Result<void> remove_files(const AppName& name);
  Result<DeployOutcome> enqueue(DeployJob job, const Follow& follow);
  Result<DeployOutcome> plan_push(const PushRequest& request, const Follow& follow);
  Result<state::DeployRow> choose_build(const AppName& name, std::optional<std::int64_t> id);

  const PipelineParts& parts_;
  state::GrantStore& grants_;
  AppAccess& access_;
  DeployQueue& queue_;
  OneOffs& one_offs_;
  PlatformNouns nouns_;
  PlatformTasks tasks_;
  PushPlaces places_;
  KnownMasks known_masks_;
};

}  // namespace minpaas::hooks
