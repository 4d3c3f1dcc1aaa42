#include "hooks/pipeline/pipeline.h"
#include "hooks/pipeline/app_network.h"
#include "hooks/pipeline/release_containers.h"
#include "hooks/pipeline/undo.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.h"
#include "hooks/pipeline/base_image.h"
#include "hooks/pipeline/recovery.h"
#include "hooks/pipeline/scaling.h"

namespace minpaas::hooks {
namespace {

/// What fits behind `! [remote rejected] main -> main`.
constexpr std::size_t kMostReasonCharacters = 120;

ReleaseDraft draft_of(const runtimes::BuildPlan& plan, const Built& built, const Oid& commit) {
  return {built.image,    commit,         plan.runtime,          built.internal_port,
          plan.processes, plan.formation, plan.app_json.manifest};
}

/// The image's own command serves; there is no Procfile to say more.
ReleaseDraft draft_of(const Built& adopted) {
  return {adopted.image,
          std::nullopt,
          "image",
          adopted.internal_port,
          {{ProcessType::web(), ""}},
          {{ProcessType::web(), 1}},
          {}};
}

std::string describe_build(const DeployJob& job, const Oid& commit) {
  const std::string what = job.row.kind == state::DeployKind::Rebuild ? "Rebuild" : "Deploy";
  return fmt::format("{} {}{}{}", what, commit.short_hex(), job.row.note.empty() ? "" : ": ",
                     job.row.note);
}

std::string reason_of(const Error& error, const Deploy& deploy, const DeployOutput& output) {
  if (error.code == ErrorCode::Cancelled) {
    const std::string why = deploy.cancel_reason();
    return why.empty() ? "cancelled" : why;
  }
  return in_a_few_words(output.masked(error.message), kMostReasonCharacters);
}

/// Whoever asks for an image by its name is told when it is not there, or not theirs.
ErrorCode failure_of(const DeployJob& job, state::DeployStage reached, const Error& error) {
  const bool is_taking_it =
      reached == state::DeployStage::Detecting || reached == state::DeployStage::Building;
  const bool is_about_it =
      error.code == ErrorCode::NotFound || error.code == ErrorCode::PermissionDenied;
  return job.image && is_taking_it && is_about_it ? error.code : ErrorCode::Failed;
}

/// Whether a process of the release runs, as far as the engine can tell.
bool may_serve(const PipelineParts& parts, const Release& release) {
  const auto rows = containers_of(parts, release.app, release.number, Belonging::ToRelease);
  return !rows || std::ranges::any_of(*rows, [&](const state::ContainerRow& row) {
    const auto details = parts.engine.inspect_container({row.id});
    return details ? details->state == docker::RunState::Running
                   : details.error().code != ErrorCode::NotFound;
  });
}

DeployOutcome outcome_of(const DeployJob& job, state::DeployStage stage) {
  DeployOutcome outcome;
  outcome.deploy = job.row.id;
  outcome.stage = stage;
  return outcome;
}

/// Quantities that somebody has set stay; what runs and is no process type any more is named.
void follow_on(const StageContext& context, const state::AppRow& app, const Release& live,
               ReleaseDraft& draft) {
  for (const std::string& line :
       app.stopped ? std::vector<std::string>() : types_that_end(draft.processes, live)) {
    context.output.warn(line);
  }
  draft.formation = carried_over(draft.formation, live);
}

}  // namespace

DeployRunner::Rest Pipeline::run(Deploy& deploy) {
  DeployOutput output(
      [&deploy](std::string_view line) {
        deploy.feed->line(line);
        return true;
      },
      parts_.clock);
  const StageContext context{parts_, deploy.job, output, deploy.stop(),
                             [&deploy] { deploy.end_build(); }};
  const SteadyTime began = parts_.clock.steady();
  Done done = Error{ErrorCode::Internal, "the deploy ran into an internal error", "", ""};
  try {
    done = go(context);
  } catch (const std::exception& bug) {
    log::error("deploy {}: {}", deploy.id(), bug.what());
  }
  if (!done) {
    settle(deploy, fail(context, deploy, done.error()));
    return {};
  }
  const auto took = std::chrono::duration_cast<milliseconds>(parts_.clock.steady() - began);
  settle(deploy, succeed(context, done->release, took));
  parts_.reach("settled");
  if (done->retired.empty()) {
    return {};
  }
  return [this, &deploy, retired = std::move(done->retired)] { retire(parts_, deploy, retired); };
}

void Pipeline::settle(Deploy& deploy, const DeployOutcome& outcome) {
  deploy.settle(outcome);
  if (settled_) {
    settled_(deploy, outcome);
  }
}

void Pipeline::after(const Deploy& deploy) {
  if (tidy_) {
    tidy_(deploy.job.row.app);
  }
}

Pipeline::Done Pipeline::go(const StageContext& context) {
  TRY(settle_earlier(parts_, context.job.row));
  context.output.hide(TRY(parts_.configs.latest(context.app())).second);
  context.output.hide(context.job.set);
  context.output.hide(TRY(parts_.build_secrets.values(context.app())));
  const auto app = TRY(parts_.apps.get(context.app()));
  if (app.stopped && context.job.starts()) {
    context.output.stage(fmt::format("{} is stopped; this starts it", context.app().str()));
  }
  if (context.job.image) {
    return from_image(context, *context.job.image);
  }
  return context.job.builds() ? from_source(context) : from_live(context);
}

Result<void> Pipeline::enter(const StageContext& context, state::DeployStage stage) {
  if (context.stop.stop_requested()) {
    return Error{ErrorCode::Cancelled, "cancelled", "", ""};
  }
  TRY(parts_.deploys.enter(context.deploy(), stage));
  parts_.reach(to_string(stage));
  return {};
}

Pipeline::Done Pipeline::from_source(const StageContext& context) {
  const auto live = TRY(parts_.releases.live(context.app()));
  // What is live may have changed while a rebuild waited for its turn.
  const auto commit = context.job.row.kind == state::DeployKind::Rebuild && live
                          ? live->commit
                          : context.job.row.commit;
  if (!commit) {
    return Error{ErrorCode::Conflict, "nothing was pushed to this app yet",
                 "push it with git first", ""};
  }
  const auto repository = TRY(git::Repository::open(parts_.repository(context.app())));
  TRY(enter(context, state::DeployStage::Detecting));
  const auto app = TRY(parts_.apps.get(context.app()));
  const auto plan = TRY(detect(context, app, repository, *commit));
  TRY(require_vars(context, plan.app_json.env));
  TRY(enter(context, state::DeployStage::Building));
  const SteadyTime began = parts_.clock.steady();
  const auto done = build(context, plan, repository, *commit);
  note_build_time(context, began);
  const auto built = TRY(done);
  context.built();
  parts_.reach("built");
  TRY(parts_.deploys.set_image(context.deploy(), built.image.value));
  TRY(enter(context, state::DeployStage::Releasing));
  TRY(set_vars(context, plan.app_json.env));
  ReleaseDraft draft = draft_of(plan, built, *commit);
  if (live) {
    follow_on(context, app, *live, draft);
  }
  return make_live(context, draft, describe_build(context.job, *commit));
}

/// A number for the metrics: not worth a failed deploy.
void Pipeline::note_build_time(const StageContext& context, SteadyTime began) {
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(parts_.clock.steady() - began);
  if (const auto noted = parts_.deploys.set_build_time(context.deploy(), took); !noted) {
    log::warn("deploy {}: {}", context.deploy(), noted.error().for_log());
  }
}

Pipeline::Done Pipeline::from_image(const StageContext& context, const ImageReference& image) {
  const auto live = TRY(parts_.releases.live(context.app()));
  TRY(enter(context, state::DeployStage::Detecting));
  context.output.stage(
      fmt::format("Deploying {} with the image {}", context.app().str(), image.str()));
  TRY(provide_image(parts_, image, context.output, context.stop));
  TRY(enter(context, state::DeployStage::Building));
  const auto adopted = TRY(adopt(context, image));
  context.built();
  parts_.reach("built");
  TRY(parts_.deploys.set_image(context.deploy(), adopted.image.value));
  TRY(enter(context, state::DeployStage::Releasing));
  TRY(set_vars(context, {}));
  ReleaseDraft draft = draft_of(adopted);
  const auto app = TRY(parts_.apps.get(context.app()));
  if (live) {
    follow_on(context, app, *live, draft);
  }
  return make_live(context, draft, "Deploy the image " + image.str());
}

Pipeline::Done Pipeline::make_live(const StageContext& context, const ReleaseDraft& draft,
                                   const std::string& description) {
  const auto prepared = TRY(store_release(context, draft, description));
  TRY(prepare_network(parts_));
  TRY(prepare_storage(context, prepared.release));
  if (context.job.runs_release_command()) {
    TRY(run_release_commands(context, prepared));
  }
  return bring_up(context, prepared);
}

Pipeline::Done Pipeline::bring_up(const StageContext& context, const PreparedRelease& prepared) {
  Turnover turnover = TRY(plan_turnover(context, prepared));
  if (!turnover.plans.empty()) {
    TRY(enter(context, state::DeployStage::Starting));
    TRY(make_way(context, turnover));
    TRY(start(context, turnover));
    parts_.reach("started");
    TRY(enter(context, state::DeployStage::Checking));
    TRY(check(context, turnover));
  }
  if (context.job.runs_release_command() && !turnover.stays_stopped) {
    TRY(run_postdeploy(context, prepared));
  }
  TRY(enter(context, state::DeployStage::Switching));
  TRY(switch_release(context, turnover));
  parts_.router.let_go(context.app());
  // From here on the release is live: nothing may turn the deploy into a failure.
  const auto entered = parts_.deploys.enter(context.deploy(), state::DeployStage::Retiring);
  if (!entered) {
    log::error("deploy {}: {}", context.deploy(), entered.error().for_log());
  }
  parts_.reach(to_string(state::DeployStage::Retiring));
  return Deployed{prepared.release, std::move(turnover.retired)};
}

DeployOutcome Pipeline::succeed(const StageContext& context, const std::optional<Release>& release,
                                milliseconds took) {
  DeployOutcome outcome = outcome_of(context.job, state::DeployStage::Succeeded);
  const auto finished =
      parts_.deploys.finish(context.deploy(), outcome.stage, "", parts_.clock.now());
  if (!finished) {
    log::error("deploy {}: {}", context.deploy(), finished.error().for_log());
  }
  if (!release) {
    context.output.final_word("Stored, nothing to restart");
    return outcome;
  }
  outcome.release = release->number;
  const auto app = parts_.apps.get(context.app());
  const std::string subject = fmt::format("{} {}", context.app().str(), release->number.str());
  const bool is_stopped = app && app->stopped;
  parts_.lifecycle.tell(
      context.app(),
      fmt::format("{} is {}: {} (by {})", release->number.str(), is_stopped ? "stopped" : "live",
                  context.output.masked(release->description), context.job.row.actor));
  if (is_stopped) {
    context.output.final_word(
        fmt::format("{} is stopped; to start it: ps:start {}", subject, context.app().str()));
    log::info("{} is stopped: deploy {} by {}", subject, context.deploy(), context.job.row.actor);
    return outcome;
  }
  const auto web = release->formation.find(ProcessType::web());
  if (web == release->formation.end() || web->second == 0) {
    context.output.final_word(
        fmt::format("{} is live; no web process runs ({})", subject, format_duration(took)));
    log::info("{} is live: deploy {} by {}", subject, context.deploy(), context.job.row.actor);
    return outcome;
  }
  if (app) {
    outcome.url = parts_.router.url(context.app(), app->port);
  }
  context.output.final_word(
      fmt::format("{} is live at {} ({})", subject, outcome.url, format_duration(took)));
  log::info("{} is live: deploy {} by {}", subject, context.deploy(), context.job.row.actor);
  return outcome;
}

DeployOutcome Pipeline::fail(const StageContext& context, const Deploy& deploy,
                             const Error& error) {
  const auto row = parts_.deploys.get(context.deploy());
  const auto live = parts_.releases.live(context.app());
  if (row && live && *live && row->release == (*live)->number) {
    // Only a bug leads here. The release is committed, so it stands.
    log::error("deploy {} failed after its release was live: {}", context.deploy(),
               error.for_log());
    return succeed(context, **live, milliseconds(0));
  }
  log::info("{}: deploy {} by {} ended: {}", context.app().str(), context.deploy(),
            context.job.row.actor, context.output.masked(error.for_log()));
  DeployOutcome outcome =
      outcome_of(context.job, error.code == ErrorCode::Cancelled ? state::DeployStage::Cancelled
                                                                 : state::DeployStage::Failed);
  outcome.reason = reason_of(error, deploy, context.output);
  outcome.failure = failure_of(context.job, row ? row->stage : context.job.row.stage, error);
  context.output.error(
      error.code == ErrorCode::Cancelled ? Error{error.code, outcome.reason, "", ""} : error);
  // If undoing it, or storing its end, fails, recovery settles it later.
  const auto undone = row ? undo(parts_, *row) : Result<void>(row.error());
  take_way_back(context);
  const auto finished = undone ? parts_.deploys.finish(context.deploy(), outcome.stage,
                                                       outcome.reason, parts_.clock.now())
                               : undone;
  if (!finished) {
    log::error("deploy {}: {}", context.deploy(), finished.error().for_log());
  }
  const auto app = parts_.apps.get(context.app());
  const bool served = live && *live && !(app && app->stopped) && may_serve(parts_, **live);
  parts_.lifecycle.tell(
      context.app(), fmt::format("deploy {} {}: {} (by {})", context.deploy(),
                                 error.code == ErrorCode::Cancelled ? "is cancelled" : "has failed",
                                 outcome.reason, context.job.row.actor));
  context.output.warn(
      served ? fmt::format("Nothing was deployed; {} still serves.", (*live)->number.str())
             : "Nothing was deployed.");
  return outcome;
}

}  // namespace minpaas::hooks
