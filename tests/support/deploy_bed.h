#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/guarded.h"
#include "core/git/repository.h"
#include "core/router/direct_router.h"
#include "core/state/event_store.h"
#include "core/state/user_store.h"
#include "hooks/access/local_events.h"
#include "hooks/access/local_people.h"
#include "hooks/access/local_standing.h"
#include "hooks/access/local_tokens.h"
#include "hooks/pipeline/pipeline.h"
#include "hooks/pipeline/recovery.h"
#include "hooks/platform/local_build_secrets.h"
#include "hooks/platform/local_checks.h"
#include "hooks/platform/local_platform.h"
#include "hooks/platform/local_resources.h"
#include "hooks/platform/local_sources.h"
#include "hooks/platform/local_storage.h"
#include "hooks/programs/local_cron.h"
#include "hooks/routing/local_certificates.h"
#include "hooks/routing/local_domains.h"
#include "hooks/routing/local_maintenance.h"
#include "tests/support/commits.h"
#include "tests/support/fake_acme.h"
#include "tests/support/fake_engine.h"
#include "tests/support/fake_router.h"
#include "tests/support/temp_dir.h"

namespace minpaas::test {

/// Thrown where the server is to die: it is no std::exception, so nothing below catches it.
struct Crash {};

/// What one follower of a deploy saw. Thread: any.
class Watcher {
 public:
  hooks::Follow follow();

  void leave() { gone_.request_stop(); }

  [[nodiscard]] std::vector<std::string> lines() const;
  /// All lines, each with its end.
  [[nodiscard]] std::string text() const;
  /// Waits until a line has the text; false after 30 s.
  [[nodiscard]] bool wait_for(const std::string& part) const;

 private:
  mutable Guarded<std::vector<std::string>> lines_;
  std::stop_source gone_;
};

/// All that a server has but its fronts, wired as in the program: real SQLite, real repositories,
/// the direct router, a FakeEngine that outlives restarts. `restart()` is the server started again.
class DeployBed {
 public:
  explicit DeployBed(int build_slots = 2);
  ~DeployBed();

  /// A server process: gone with the object, as after kill -9 when the queue was not started.
  struct Server {
    explicit Server(DeployBed& bed);

    std::unique_ptr<state::Database> database;
    state::SecretKey secret;
    state::AppStore apps{*database};
    state::ConfigStore configs{*database, secret};
    state::BuildSecretStore build_secret_store{*database, secret};
    state::ReleaseStore releases{*database};
    state::DeployStore deploys{*database};
    state::ContainerStore containers{*database};
    state::KeyStore key_store{*database};
    state::UserStore users{*database};
    state::GrantStore grants{*database};
    hooks::AppAccess access{apps, grants};
    state::ResourceStore resources{*database};
    state::VolumeStore volumes{*database};
    state::CronStore cron_store{*database};
    state::CheckStore check_store{*database};
    hooks::AppJournal journal;
    hooks::LifecycleLog lifecycle;
    hooks::ContainerPolicies policies;
    hooks::CheckPlans check_plans;
    hooks::PipelineParts parts;
    hooks::Pipeline pipeline;
    hooks::DeployQueue queue;
    state::CertificateStore certificate_store{*database, secret};
    state::DomainStore domain_store{*database};
    hooks::KeyOwners keys;
    state::ClaimStore claim_store{*database};
    hooks::FirstClaim first_claim;
    hooks::LocalPeople people;
    hooks::LocalDomains domains;
    hooks::LocalMaintenance maintenance;
    hooks::LocalBuildSecrets build_secrets;
    state::EventStore event_store{*database, secret};
    hooks::LocalEvents events;
    hooks::LocalCertificates certificates;
    hooks::OneOffs one_offs;
    hooks::LocalResources limits;
    hooks::LocalStorage storage;
    hooks::CronRunner cron_runner;
    hooks::LocalCron cron;
    hooks::LocalChecks checks;
    state::TokenStore token_store{*database};
    hooks::LocalTokens tokens;
    hooks::LocalStanding standing;
    hooks::StandingWatch standing_watch;
    state::DeployKeyStore deploy_key_store{*database, secret};
    hooks::DeployKeys deploy_keys{parts, deploy_key_store};
    hooks::LocalSources sources;
    hooks::LocalPlatform platform;
  };

  Server& server() { return *server_; }

  hooks::LocalPlatform& platform() { return server_->platform; }

  /// A new server over the same files and engine. The queue is not started.
  void restart();

  /// What the start of the server does after recovery.
  void reconcile();

  void start_queue() { server_->queue.start(); }

  /// Until no deploy of the app is at work; false after 30 s.
  [[nodiscard]] bool wait_idle(const AppName& app);

  AppName make_app(const std::string& name);
  /// A commit of a small python app; `content` makes it another one.
  Oid commit(const AppName& app, const std::string& content, const Oid& parent = Oid());
  Oid commit_files(const AppName& app, const CommitFiles& files);
  /// A push of the commit to main.
  hooks::PushRequest push_of(const AppName& app, const Oid& commit);
  /// Pushes and follows to the end, until the old containers are gone.
  Result<hooks::DeployOutcome> push(const AppName& app, const Oid& commit, Watcher& watcher);
  Result<hooks::DeployOutcome> push(const AppName& app, const Oid& commit);

  [[nodiscard]] Oid ref(const AppName& app);
  // The next three wait until no deploy of the app is at work.

  /// Release labels (`v3`) of the running containers that have the app's port.
  [[nodiscard]] std::vector<std::string> serving(const AppName& app);
  /// Containers of the app, running or not, as `v3 web.1`.
  [[nodiscard]] std::vector<std::string> containers(const AppName& app);
  /// What the platform has put on record of its own doings, as `cron:run blog 0123abcd: ok`. Waits
  /// until there are so many; 30 s at most.
  [[nodiscard]] std::vector<std::string> own_record(std::size_t least);
  /// What must hold after every deploy and every recovery (PRODUCT section 8); empty when it does.
  [[nodiscard]] std::string broken_promise(const AppName& app);

  Actor admin{1, "ada", Role::Admin, "SHA256:x", ""};
  TempDir folder{quick_folder()};
  git::Library git;
  RealClock clock;
  FakeEngine engine;
  FakeRouter router{engine};
  FakeAcme acme;
  config::Settings settings;
  runtimes::Catalog catalog;
  /// Replaces the usual check (the container runs) when set.
  std::function<Result<void>(const std::vector<hooks::CheckTarget>&, std::stop_token)> check;
  std::function<void(std::string_view)> at_point;

 private:
  hooks::PipelineParts make_parts(Server& server);
  Result<void> check_running(const std::vector<hooks::CheckTarget>& targets);

  std::unique_ptr<Server> server_;
};

}  // namespace minpaas::test
