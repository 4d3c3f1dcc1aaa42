#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/app/release.h"
#include "core/git/repository.h"
#include "hooks/pipeline/pipeline_parts.h"
#include "hooks/pipeline/wanted_config.h"
#include "hooks/queue/deploy.h"
#include "hooks/queue/deploy_output.h"

/// The stages of a deploy: functions with typed input and output. Each prints what it does; who
/// calls them has journalled the stage before. Thread: the worker of the deploy.
namespace minpaas::hooks {

/// What every stage of one deploy has at hand.
struct StageContext {
  const PipelineParts& parts;
  const DeployJob& job;
  DeployOutput& output;
  std::stop_token stop;
  /// Told when the image is there.
  std::function<void()> built = [] {};

  [[nodiscard]] const AppName& app() const { return job.row.app; }

  [[nodiscard]] std::int64_t deploy() const { return job.row.id; }
};

/// Tree -> runtime with its contract checked. Warns of large files. Errors: InvalidInput (what is
/// missing, what to do; also for submodules and LFS pointers that the ignore file does not name).
Result<runtimes::BuildPlan> detect(const StageContext& context, const state::AppRow& app,
                                   const git::Repository& repository, const Oid& commit);

/// Whether all is set that the app.json requires. Errors: InvalidInput (what to type).
Result<void> require_vars(const StageContext& context, const WantedVars& wanted);

/// Sets what the deploy is to set, and what the app.json gives a value and nobody has set; the
/// journal knows the config before.
Result<void> set_vars(const StageContext& context, const WantedVars& wanted);

enum class Secrets { None, Some };

/// What the settings and the engine say. Where they leave it open it is BuildKit, but the classic
/// builder where builds are to be limited and BuildKit's cannot be, unless there are secrets, which
/// that would leave in the image. Errors: Unavailable.
Result<docker::Builder> choose_builder(const PipelineParts& parts, Secrets secrets = Secrets::None);

/// What a build made.
struct Built {
  ImageId image;
  int internal_port = 0;
};

/// Commit -> image. Errors: Failed (a step), Timeout, NoSpace, Cancelled, Unavailable.
Result<Built> build(const StageContext& context, const runtimes::BuildPlan& plan,
                    const git::Repository& repository, const Oid& commit);

/// Another image -> one of the app's own, that is the same but for its labels: so it is kept and
/// removed like one that was built here. Pulled as the settings say. Errors: NotFound (there is no
/// such image), PermissionDenied (it is that of another app), Failed, Timeout, NoSpace, Cancelled,
/// Unavailable.
Result<Built> adopt(const StageContext& context, const ImageReference& reference);

/// What a release is made from: a build, or the release that is live.
struct ReleaseDraft {
  ImageId image;
  std::optional<Oid> commit;
  std::string runtime;
  int internal_port = 0;
  ProcessCommands processes;
  Formation formation;
  Manifest manifest;
};

struct PreparedRelease {
  Release release;
  ConfigVars config;
};

/// Stores a pending release with the newest config and writes its number into the journal.
Result<PreparedRelease> store_release(const StageContext& context, const ReleaseDraft& draft,
                                      const std::string& description);

/// Makes the volumes that the containers of the release are to have, where they are not there yet,
/// and gives the folder of each new one to the user of its image. Errors: those of the Engine.
Result<void> prepare_storage(const StageContext& context, const Release& release);

/// Runs the predeploy script of the app.json and then the Procfile's `release` command, where they
/// are, each in a container of its own. Errors: Failed (the exit status), Timeout, Cancelled.
Result<void> run_release_commands(const StageContext& context, const PreparedRelease& prepared);

/// Runs the postdeploy scripts of the app.json in the same way, once the new processes are healthy
/// (docs/adr/0011). Errors: as above.
Result<void> run_postdeploy(const StageContext& context, const PreparedRelease& prepared);

/// How the containers of an app change with a deploy.
struct Turnover {
  /// What they belong to afterwards: a new release, or the live one.
  Release release;
  std::vector<PlannedProcess> plans;
  /// Made from the plans by `start`.
  std::vector<StartedProcess> started;
  /// Go on as they are (docs/adr/0006).
  std::vector<state::ContainerRow> kept;
  /// Lose the traffic, are stopped and removed.
  std::vector<state::ContainerRow> retired;
  /// The app is stopped and stays so: nothing is started.
  bool stays_stopped = false;
};

/// A scaling and a restart of one process type leave the other containers alone; any other deploy
/// replaces all.
Result<Turnover> plan_turnover(const StageContext& context, const PreparedRelease& prepared);

/// For an app without overlap: new requests wait, those under way end, and what is to be retired is
/// stopped. Errors: Cancelled, those of the engine and the router; `take_way_back` follows any.
Result<void> make_way(const StageContext& context, const Turnover& turnover);

/// The deploy of an app without overlap has failed, and what it made is gone: what it stopped runs
/// again and has the requests that wait.
void take_way_back(const StageContext& context);

/// Creates and starts what is planned, each with its row.
Result<void> start(const StageContext& context, Turnover& turnover);

/// Waits until all that was started is healthy.
Result<void> check(const StageContext& context, const Turnover& turnover);

/// Gives the traffic to the release, commits it as live and moves the ref. After success the
/// release is live whatever comes later; after an Error the old release serves as before.
Result<void> switch_release(const StageContext& context, const Turnover& turnover);

/// Waits until no request is at what has lost the traffic, stops and removes it. The deploy has
/// succeeded and nobody follows it any more: what does not go away, or not before it is cancelled,
/// is left to reconciliation.
void retire(const PipelineParts& parts, const Deploy& deploy,
            const std::vector<state::ContainerRow>& retired);

/// Marks the app as stopped, then takes its traffic away and stops its containers, which stay for
/// their logs.
Result<void> stop_app(const StageContext& context, const Release& live);

/// Points the deploy's ref at its commit, whatever its value is now (the newest push wins), and
/// HEAD at a branch. Errors: Busy, Unavailable, NoSpace.
Result<void> move_ref(const PipelineParts& parts, const state::DeployRow& row);

}  // namespace minpaas::hooks
