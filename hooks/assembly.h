#pragma once

#include <memory>
#include <string>

#include "core/base/fd.h"
#include "core/git/repository.h"
#include "core/state/stores.h"
#include "hooks/access/local_events.h"
#include "hooks/access/local_people.h"
#include "hooks/access/local_standing.h"
#include "hooks/access/local_tokens.h"
#include "hooks/logs/app_logs.h"
#include "hooks/pipeline/pipeline.h"
#include "hooks/pipeline/recovery.h"
#include "hooks/platform/doctor.h"
#include "hooks/platform/local_build_secrets.h"
#include "hooks/platform/local_checks.h"
#include "hooks/platform/local_metrics.h"
#include "hooks/platform/local_platform.h"
#include "hooks/platform/local_resources.h"
#include "hooks/platform/local_sources.h"
#include "hooks/platform/local_storage.h"
#include "hooks/programs/cron_keeper.h"
#include "hooks/programs/local_cron.h"
#include "hooks/routing/lego.h"
#include "hooks/routing/local_certificates.h"
#include "hooks/routing/local_domains.h"
#include "hooks/routing/local_maintenance.h"
#include "hooks/service/request_keys.h"
#include "hooks/supervision/garbage.h"
#include "hooks/supervision/live_processes.h"
#include "hooks/supervision/reconcile.h"
#include "hooks/supervision/supervisor.h"

namespace minpaas::hooks {

/// What the program chooses and owns; it must outlive the Assembly.
struct Surroundings {
  docker::Engine& engine;
  router::Router& router;
  const Clock& clock;
  /// Name and version of libraries, for the doctor.
  std::vector<std::pair<std::string, std::string>> libraries;
};

/// All of a server but its fronts, wired in one place: state, repositories, queue, pipeline,
/// supervision and the service layer. The program makes one, starts it, hands `platform()` and
/// `keys()` to the fronts, ends the fronts, then stops it.
class Assembly {
 public:
  /// Opens what is in `settings.server.data_dir` or makes it. `settings` must outlive the
  /// object. Errors: Conflict (another server uses the folder, or a newer version made it), those
  /// of files, database, secret key and runtimes.
  static Result<std::unique_ptr<Assembly>> make(const config::Settings& settings,
                                                const Surroundings& around);
  ~Assembly();
  Assembly(const Assembly&) = delete;
  Assembly& operator=(const Assembly&) = delete;

  /// Settles what the last run left unfinished, then begins to deploy and to supervise. Works
  /// without an engine too; what needs it follows when it answers. Errors: those of the stores.
  Result<void> start();
  /// Takes no new deploys; running ones get `grace`, are then cancelled and clean up.
  void stop(milliseconds grace);

  Platform& platform() { return platform_; }

  LocalMetrics& metrics() { return metrics_; }

  KeyOwners& keys() { return keys_; }

  FirstClaim& first_claim() { return first_claim_; }

  TokenAuthenticator& tokens() { return tokens_; }

  RequestKeys& request_keys() { return request_keys_; }

  /// Of this installation, for log and doctor.
  [[nodiscard]] const std::string& instance() const { return parts_.instance; }

 private:
  /// What must exist before the members can be made.
  struct Opened {
    Fd lock;
    std::unique_ptr<state::Database> database;
    state::SecretKey secret;
    runtimes::Catalog catalog;
    std::string instance;
  };

  static Result<Opened> open(const config::Settings& settings);
  Assembly(Opened opened, const config::Settings& settings, const Surroundings& around);
  Result<std::vector<router::Route>> routes();
  HealthWait health_wait();
  PlatformTasks tasks();
  PushDoor push_door();
  bool is_crashed(const docker::ContainerId& container) const;
  int restarts_of(const docker::ContainerId& container) const;
  bool reconcile(std::stop_token stop);
  void put_on_record(const std::string& label, Deed deed);
  /// Of a deploy whose end nobody was told: the row of who asked for it says only that they left,
  /// or is missing.
  void put_end_on_record(const state::DeployRow& deploy,
                         const std::optional<ReleaseNumber>& release, bool succeeded);
  void tidy(const AppName& app);
  bool has_unsettled(const AppName& app);

  git::Library git_;
  Opened opened_;
  state::AppStore apps_;
  state::ConfigStore configs_;
  state::BuildSecretStore build_secret_store_;
  state::ReleaseStore releases_;
  state::DeployStore deploys_;
  state::ContainerStore containers_;
  state::KeyStore key_store_;
  state::UserStore users_;
  state::GrantStore grants_;
  AppAccess access_;
  /// Before all whose threads put something on record.
  state::EventStore event_store_;
  LocalEvents events_;
  state::ResourceStore resources_;
  state::VolumeStore volumes_;
  state::CronStore cron_store_;
  state::CheckStore check_store_;
  AppJournal journal_;
  LifecycleLog lifecycle_;
  ContainerPolicies policies_;
  CheckPlans check_plans_;
  /// Before the supervisor, whose thread asks it.
  OneOffs one_offs_;
  FailureHooks failure_hooks_;
  Checker checker_;
  PipelineParts parts_;
  Garbage garbage_;
  Pipeline pipeline_;
  DeployQueue queue_;
  KeyOwners keys_;
  state::ClaimStore claim_store_;
  FirstClaim first_claim_;
  AppLogs logs_;
  Reconciler reconciler_;
  Supervisor supervisor_;
  state::DomainStore domain_store_;
  LocalDomains domains_;
  LocalMaintenance maintenance_;
  LocalBuildSecrets build_secrets_;
  LiveProcesses live_processes_;
  Liveness liveness_;
  state::CertificateStore certificate_store_;
  Lego lego_;
  /// Its thread fetches certificates.
  LocalCertificates certificates_;
  LocalPeople people_;
  state::MetricStore metric_store_;
  LocalMetrics metrics_;
  Doctor doctor_;
  LocalResources limits_;
  LocalStorage storage_;
  CronRunner cron_runner_;
  LocalCron cron_;
  LocalChecks checks_;
  state::TokenStore token_store_;
  LocalTokens tokens_;
  LocalStanding standing_;
  /// Its thread ends what may not go on.
  StandingWatch standing_watch_;
  state::RequestKeyStore request_key_store_;
  LocalRequestKeys request_keys_;
  state::DeployKeyStore deploy_key_store_;
  DeployKeys deploy_keys_;
  LocalSources sources_;
  LocalPlatform platform_;
  /// Its threads run what is due.
  CronKeeper cron_keeper_;
};

}  // namespace minpaas::hooks
