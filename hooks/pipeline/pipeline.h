#pragma once

#include "hooks/pipeline/stages.h"
#include "hooks/queue/deploy_queue.h"

namespace minpaas::hooks {

/// The one code path that makes a release live. Every stage is committed to the journal before its
/// side effects; on failure everything that was made is taken back. Thread: any, one deploy per
/// app at a time (the queue sees to it).
class Pipeline : public DeployRunner {
 public:
  using Settled = std::function<void(const Deploy& deploy, const DeployOutcome& outcome)>;

  /// `tidy` runs after a deploy has ended, succeeded or not (images, build cache); `settled` is
  /// told of its result before.
  Pipeline(const PipelineParts& parts, std::function<void(const AppName&)> tidy,
           Settled settled = {})
      : parts_(parts), tidy_(std::move(tidy)), settled_(std::move(settled)) {}

  Rest run(Deploy& deploy) override;
  void after(const Deploy& deploy) override;

 private:
  struct Deployed {
    /// Live now; absent when a config was only stored.
    std::optional<Release> release;
    /// Have lost the traffic and still run.
    std::vector<state::ContainerRow> retired;
  };

  using Done = Result<Deployed>;

  Done go(const StageContext& context);
  Done from_source(const StageContext& context);
  Done from_image(const StageContext& context, const ImageReference& image);
  // pipeline_from_live.cc
  Done from_live(const StageContext& context);
  Done change_config(const StageContext& context, const std::optional<Release>& live);
  Done change_storage(const StageContext& context, const std::optional<Release>& live,
                      const StorageChange& change);
  Done roll_back(const StageContext& context);
  Done scale(const StageContext& context, const Release& live);
  Done renew(const StageContext& context, const Release& live);
  Done stop(const StageContext& context, const Release& live);

  Done make_live(const StageContext& context, const ReleaseDraft& draft,
                 const std::string& description);
  Done bring_up(const StageContext& context, const PreparedRelease& prepared);
  void settle(Deploy& deploy, const DeployOutcome& outcome);
  void note_build_time(const StageContext& context, SteadyTime began);
  Result<void> enter(const StageContext& context, state::DeployStage stage);
  DeployOutcome succeed(const StageContext& context, const std::optional<Release>& release,
                        milliseconds took);
  DeployOutcome fail(const StageContext& context, const Deploy& deploy, const Error& error);

  const PipelineParts& parts_;
  std::function<void(const AppName&)> tidy_;
  Settled settled_;
};

/// What a push would do, printed and not done. Errors: those of detect and require_vars.
Result<void> print_plan(const PipelineParts& parts, const PushRequest& request,
                        DeployOutput& output);

}  // namespace minpaas::hooks
