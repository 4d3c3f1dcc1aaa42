#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/app/config_var.h"
#include "core/app/formation.h"
#include "core/app/oid.h"
#include "core/app/release.h"
#include "core/app/secret_mask.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/docker/engine.h"
#include "core/state/deploy_store.h"
#include "hooks/service/build_secrets.h"
#include "hooks/service/certificates.h"
#include "hooks/service/checks.h"
#include "hooks/service/cron.h"
#include "hooks/service/deploy_outcome.h"
#include "hooks/service/domains.h"
#include "hooks/service/events.h"
#include "hooks/service/follow.h"
#include "hooks/service/maintenance.h"
#include "hooks/service/people.h"
#include "hooks/service/programs.h"
#include "hooks/service/release_report.h"
#include "hooks/service/resources.h"
#include "hooks/service/sources.h"
#include "hooks/service/standing.h"
#include "hooks/service/storage.h"
#include "hooks/service/tokens.h"

/// The service layer: one function per thing that a person can do. SSH commands, the git service
/// and the HTTP API call these; authorisation and validation live here, once.
namespace minpaas::hooks {

/// What `apps` shows of an app.
enum class AppStatus { Created, Running, Deploying, Stopped, Crashed, Unknown };
std::string_view to_string(AppStatus status);

struct AppSummary {
  AppName name;
  /// Of the live release; empty before the first.
  std::string runtime;
  AppStatus status = AppStatus::Created;
  std::optional<ReleaseNumber> release;
  std::string url;
  /// Visitors see a page in its place.
  bool maintenance = false;
};

struct AppReport {
  AppSummary summary;
  int port = 0;
  std::string deploy_branch;
  std::string chosen_runtime;
  std::string git_url_path;
  std::optional<Release> live;
  std::vector<ConfigKey> config_keys;
  SystemTime created_at;
  /// Who has locked it against pushes and changes, and since when.
  std::optional<std::string> locked_by = std::nullopt;
  std::optional<SystemTime> locked_at = std::nullopt;
  /// Host names that were added.
  std::vector<std::string> domains = {};
  /// Whether containers of two releases may run at the same time.
  bool overlap = true;
  /// How long its requests and WebSockets may take to end, and its processes after SIGTERM.
  seconds drain_timeout{0};
  seconds stop_timeout{0};
};

struct ProcessReport {
  ProcessType process;
  int index = 1;
  /// `up`, `starting`, `exited (1)`, `crashed`, `gone`.
  std::string state;
  ReleaseNumber release{1};
  std::string command;
  std::optional<SystemTime> since;
  int restarts = 0;
  docker::ContainerId container;
  /// What it may use now.
  Limits limits = {};
};

enum class CheckLevel { Ok, Warning, Problem };

struct DoctorFinding {
  std::string what;
  CheckLevel level = CheckLevel::Ok;
  std::string detail;
  std::string hint;
};

struct PushRequest {
  AppName app;
  Oid commit;
  /// `refs/heads/main` and the value it had for the client.
  std::string ref;
  Oid old_oid;
  bool no_cache = false;
  bool plan_only = false;
  bool skip_release = false;
  std::string note;
};

/// Deploys that built something, or all: config changes, restarts and rollbacks build nothing.
enum class BuildsScope { Builds, AllDeploys };

/// Keeps the repository of an app that may not be there yet.
class PushHold {
 public:
  virtual ~PushHold() = default;
};

/// Where the objects of a push go.
struct PushPlace {
  /// The bare repository.
  std::string folder;
  /// The branch that deploys.
  std::string deploy_branch;
  /// No app has the name yet: the push makes it with `create_app` when it is to deploy.
  bool is_new = false;
  /// To be kept as long as the folder is used. When there is no app at its end, the folder goes.
  std::unique_ptr<PushHold> hold;
};

/// What a clone or a fetch of an app sees.
struct FetchSource {
  /// The bare repository.
  std::string folder;
  /// `refs/releases/v7` for each release that is or was live, and `refs/live`, with their commits.
  /// They are in no repository.
  std::vector<std::pair<std::string, Oid>> release_refs;
  /// To be kept as long as the folder is used.
  std::unique_ptr<PushHold> hold;
};

struct LogQuery {
  bool follow = false;
  std::optional<int> tail = std::nullopt;
  std::optional<SystemTime> since = std::nullopt;
  std::optional<ProcessType> process = std::nullopt;
  std::optional<int> index = std::nullopt;
  /// Value of docker::kLabelApp; empty: the app's name.
  std::string label = {};
};

/// One line in the form of PRODUCT: time, source (`app[web.1]`), text. Returns false to leave.
using AppLogSink =
    std::function<bool(SystemTime at, std::string_view source, std::string_view text)>;

/// Thread: any. Every function checks that `actor` may do it (Error PermissionDenied).
class Platform {
 public:
  virtual ~Platform() = default;

  virtual Result<std::vector<AppSummary>> apps(const Actor& actor) = 0;
  virtual Result<AppReport> app(const Actor& actor, const AppName& name) = 0;
  virtual Result<AppReport> create_app(const Actor& actor, const AppName& name) = 0;
  /// `runtime` (a runtime's name, or `auto`), `deploy_branch`. Errors: InvalidInput.
  virtual Result<void> set_app(const Actor& actor, const AppName& name,
                               const std::vector<std::pair<std::string, std::string>>& values) = 0;
  /// The app and all that it has go by the name `to`; what runs goes on, its requests too. Errors:
  /// also AlreadyExists, Busy (a deploy, a push or a fetch is under way).
  virtual Result<AppReport> rename_app(const Actor& actor, const AppName& name,
                                       const AppName& to) = 0;
  /// Stops and removes everything of the app: containers, images, repository, rows, logs. Its
  /// storage stays unless it is to go too.
  virtual Result<void> destroy_app(const Actor& actor, const AppName& name, bool with_storage) = 0;

  virtual Result<ConfigVars> config(const Actor& actor, const AppName& name) = 0;
  /// What hides the config values and build secrets of the app, as they are now, in text about it
  /// that people see; hides nothing for an app that is not there.
  virtual Result<SharedMask> secret_mask(const Actor& actor, const AppName& name) = 0;
  /// One release for all changes; restarts without a build when the app has a release. When the
  /// restart fails the config is as before and the old release serves. `follow` sees progress.
  virtual Result<DeployOutcome> change_config(const Actor& actor, const AppName& name,
                                              const ConfigVars& set,
                                              const std::vector<ConfigKey>& unset,
                                              const Follow& follow) = 0;

  /// For the git service: whether `actor` may push to the app, or to a name that is free when a
  /// push may make apps.
  virtual Result<PushPlace> open_for_push(const Actor& actor, const AppName& name) = 0;
  /// For the git service. Errors: NotFound.
  virtual Result<FetchSource> open_for_fetch(const Actor& actor, const AppName& name) = 0;
  /// Queues a deploy of the commit (or attaches to one of the same commit that is queued or
  /// running) and follows it to its end. The objects must be in the repository. A plan needs no
  /// app.
  virtual Result<DeployOutcome> push(const Actor& actor, const PushRequest& request,
                                     const Follow& follow) = 0;

  virtual Result<DeployOutcome> rebuild(const Actor& actor, const AppName& name, bool no_cache,
                                        const Follow& follow) = 0;
  /// New containers for the live release, of one process type or of all; starts a stopped app.
  /// Errors: NotFound, Conflict (no process of the type runs).
  virtual Result<DeployOutcome> restart(const Actor& actor, const AppName& name,
                                        const std::optional<ProcessType>& type,
                                        const Follow& follow) = 0;
  /// The app stays stopped until it is started, restarted, pushed, rebuilt or rolled back.
  virtual Result<DeployOutcome> stop(const Actor& actor, const AppName& name,
                                     const Follow& follow) = 0;
  virtual Result<DeployOutcome> start(const Actor& actor, const AppName& name,
                                      const Follow& follow) = 0;
  /// A new release that differs in its formation only; containers of units that stay go on.
  /// Errors: those of `scaled` (hooks/pipeline/scaling.h), Conflict (no release yet).
  virtual Result<DeployOutcome> scale(const Actor& actor, const AppName& name,
                                      const Formation& quantities, const Follow& follow) = 0;
  /// Until it is unlocked, every function that changes the app or what it runs ends with Conflict.
  /// Errors: Conflict (it is locked already).
  virtual Result<void> lock(const Actor& actor, const AppName& name) = 0;
  /// Whether it was locked.
  virtual Result<bool> unlock(const Actor& actor, const AppName& name) = 0;
  /// For the git service, before a pack is read. Errors: Conflict (the app is locked).
  virtual Result<void> require_open(const Actor& actor, const AppName& name) = 0;
  virtual Result<std::vector<ProcessReport>> processes(const Actor& actor, const AppName& name) = 0;
  /// Newest first, as are `builds`.
  virtual Result<std::vector<Release>> releases(const Actor& actor, const AppName& name,
                                                state::Page page) = 0;
  /// Errors: NotFound.
  virtual Result<ReleaseReport> release(const Actor& actor, const AppName& name,
                                        ReleaseNumber number) = 0;
  virtual Result<ReleaseDiff> compare_releases(const Actor& actor, const AppName& name,
                                               ReleaseNumber from, ReleaseNumber to) = 0;
  /// Image, config and formation of an older release as a new one; the ref goes to its commit.
  /// Absent number: the last release before the live one that was live. Errors: NotFound (no such
  /// release, or its image is gone), Conflict (it is live or never was), Busy (a deploy is under
  /// way and no number was given).
  virtual Result<DeployOutcome> rollback(const Actor& actor, const AppName& name,
                                         std::optional<ReleaseNumber> number,
                                         const Follow& follow) = 0;

  /// Runs a program in a one-off container of the live release, in front of `peer`, and removes the
  /// container. Errors: Conflict (nothing was deployed), those of run_one_off.
  virtual Result<ProgramOutcome> run(const Actor& actor, const AppName& name,
                                     const ProgramRequest& request, ExecStreams& peer) = 0;
  /// Runs a program in the container of `process` (`run` for a one-off) and `index`, beside its
  /// own. Errors: NotFound, those of run_beside.
  virtual Result<ProgramOutcome> exec(const Actor& actor, const AppName& name,
                                      const ProcessType& process, int index,
                                      const ProgramRequest& request, ExecStreams& peer) = 0;

  /// Deploys of the app.
  virtual Result<std::vector<state::DeployRow>> builds(const Actor& actor, const AppName& name,
                                                       BuildsScope scope, state::Page page) = 0;
  /// Stored output from the first line; follows to the end while it runs. Absent id = the newest.
  virtual Result<state::DeployRow> build_output(const Actor& actor, const AppName& name,
                                                std::optional<std::int64_t> id,
                                                const Follow& follow) = 0;
  /// Cancels the running deploy and the waiting ones; returns how many. Errors: NotFound.
  virtual Result<int> cancel_builds(const Actor& actor, const AppName& name) = 0;

  virtual Result<void> logs(const Actor& actor, const AppName& name, const LogQuery& query,
                            const AppLogSink& sink, std::stop_token gone) = 0;

  /// Users, keys and grants.
  virtual People& people() = 0;
  /// The record of who did what.
  virtual Events& events() = 0;
  virtual Certificates& certificates() = 0;
  virtual Domains& domains() = 0;
  virtual Maintenance& maintenance() = 0;
  virtual BuildSecrets& build_secrets() = 0;
  /// Limits of containers.
  virtual Resources& resources() = 0;
  virtual Storage& storage() = 0;
  virtual Cron& cron() = 0;
  /// Health checks of processes.
  virtual Checks& checks() = 0;
  virtual Tokens& tokens() = 0;
  /// Ends what lasts when the actor may no longer do it: for the fronts.
  virtual StandingWatch& standing() = 0;
  /// Deploys whose code is not pushed.
  virtual Sources& sources() = 0;

  virtual Result<std::vector<DoctorFinding>> doctor(const Actor& actor) = 0;
};

}  // namespace minpaas::hooks
