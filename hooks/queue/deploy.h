#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/app/config_var.h"
#include "core/app/image_reference.h"
#include "core/app/storage_mount.h"
#include "core/base/guarded.h"
#include "core/state/deploy_store.h"
#include "hooks/queue/deploy_feed.h"
#include "hooks/service/platform.h"

namespace minpaas::hooks {

/// A storage that gets a path, or loses the one that it has.
struct StorageChange {
  StorageName name;
  std::optional<MountPath> path;
};

/// What one deploy is to do. Only `row` outlives a crash: a deploy that was not finished is undone
/// or finished by recovery, never run again.
struct DeployJob {
  state::DeployRow row;
  bool no_cache = false;
  bool skip_release = false;
  /// For ConfigChange; what to set, also for deploys that make an image.
  ConfigVars set = {};
  std::vector<ConfigKey> unset = {};
  /// For Scale: process types whose quantity changes.
  Formation quantities = {};
  /// For Restart: the process type to restart, else all.
  std::optional<ProcessType> process = std::nullopt;
  /// For ConfigChange, in place of config vars.
  std::optional<StorageChange> storage = std::nullopt;
  /// For Rollback.
  std::optional<ReleaseNumber> target = std::nullopt;
  /// For Push: the app's runtime from its release on (empty: detected).
  std::optional<std::string> runtime = std::nullopt;
  /// For Image: what to deploy.
  std::optional<ImageReference> image = std::nullopt;

  [[nodiscard]] bool builds() const { return state::makes_image(row.kind); }

  /// Only the code of the app changes with it, so that another deploy of the commit does the same.
  [[nodiscard]] bool changes_only_code() const { return set.empty() && !runtime; }

  /// The live release gets other containers, and no other release is made.
  [[nodiscard]] bool renews() const {
    return row.kind == state::DeployKind::Restart || row.kind == state::DeployKind::Start;
  }

  /// A stopped app runs with it; else it stays stopped.
  [[nodiscard]] bool starts() const { return builds() || renews() || is_rollback(); }

  [[nodiscard]] bool is_rollback() const { return row.kind == state::DeployKind::Rollback; }

  /// What ran it once already does not run it again: a rollback changes no data.
  [[nodiscard]] bool runs_release_command() const {
    return builds() || row.kind == state::DeployKind::ConfigChange;
  }
};

/// The row of a deploy that starts with this request; everything optional is left out.
state::DeployRow asked_for(const AppName& app, state::DeployKind kind, const std::string& actor);

/// A deploy that waits or runs. Owners: the queue until it is settled, everyone who follows it.
/// Thread: any; `job` never changes.
class Deploy {
 public:
  Deploy(DeployJob to_do, std::shared_ptr<DeployFeed> output)
      : job(std::move(to_do)), feed(std::move(output)) {}

  const DeployJob job;
  const std::shared_ptr<DeployFeed> feed;

  [[nodiscard]] std::int64_t id() const { return job.row.id; }

  /// Asks the deploy to end; `why` becomes its reason. Only the first reason counts.
  void cancel(const std::string& why);

  [[nodiscard]] std::stop_token stop() const { return stop_.get_token(); }

  /// Why it was cancelled, empty when it was not.
  [[nodiscard]] std::string cancel_reason() const;

  /// Tells the outcome and ends the feed: followers leave with it.
  void settle(const DeployOutcome& outcome);
  [[nodiscard]] bool is_settled() const;

  /// Its image is built: what follows needs no build slot.
  void end_build();
  /// Whether it has one, or wants one.
  [[nodiscard]] bool takes_build_slot() const;

  /// Told once of end_build. Before the deploy runs.
  void when_built(std::function<void()> told) { when_built_ = std::move(told); }

  /// Follows to the end. Errors: Disconnected when the follower left before (the deploy goes on).
  Result<DeployOutcome> watch(const Follow& follow) const;
  /// The same for one who has asked for it.
  Result<DeployOutcome> follow(const Follow& follow);
  /// Whether one who has asked for it left before it was settled.
  [[nodiscard]] bool was_left() const;

 private:
  struct State {
    std::string cancel_reason;
    std::optional<DeployOutcome> outcome;
    bool is_built = false;
    bool was_left = false;
  };

  std::stop_source stop_;
  Guarded<State> state_;
  std::function<void()> when_built_;
};

}  // namespace minpaas::hooks
