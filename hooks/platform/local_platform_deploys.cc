#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "hooks/pipeline/pipeline.h"
#include "hooks/platform/local_platform.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostNoteBytes = 200;
/// Deploys that are looked through for the newest one that built something.
constexpr int kMostDeploys = 1000;

/// The newest ones; nobody fetches more by name.
constexpr int kMostReleaseRefs = 1000;

bool has_been_live(ReleaseState state) {
  return state == ReleaseState::Live || state == ReleaseState::Superseded;
}

bool built_something(const state::DeployRow& row) {
  return state::makes_image(row.kind);
}

Error no_builds(const AppName& name) {
  return {ErrorCode::NotFound, fmt::format("{} has no builds yet", name.str()),
          "push it with git first", ""};
}

}  // namespace

/// An app that the actor may not see is none to them, but its name is not free.
Result<bool> LocalPlatform::may_make_by_push(const Actor& actor, const AppName& name) {
  return parts_.settings.apps.create_on_push && may_make_apps(actor) && TRY(access_.is_free(name));
}

Result<PushPlace> LocalPlatform::open_for_push(const Actor& actor, const AppName& name) {
  const auto row = access_.find(actor, name, AppRight::Deploy);
  if (!row && !TRY(may_make_by_push(actor, name))) {
    return row.error();
  }
  std::string branch = row ? deploy_branch(*row) : parts_.settings.git.deploy_branch;
  auto hold = TRY(places_.hold(name, branch));
  return PushPlace{parts_.repository(name).string(), std::move(branch), !row, std::move(hold)};
}

Result<FetchSource> LocalPlatform::open_for_fetch(const Actor& actor, const AppName& name) {
  const auto row = TRY(access_.find(actor, name, AppRight::Read));
  FetchSource source;
  for (const Release& release : TRY(parts_.releases.list(name, kMostReleaseRefs))) {
    if (!release.commit || !has_been_live(release.state)) {
      continue;
    }
    source.release_refs.emplace_back("refs/releases/" + release.number.str(), *release.commit);
    if (release.state == ReleaseState::Live) {
      source.release_refs.emplace_back("refs/live", *release.commit);
    }
  }
  source.hold = TRY(places_.hold(name, deploy_branch(row)));
  source.folder = parts_.repository(name).string();
  return source;
}

std::string LocalPlatform::deploy_branch(const state::AppRow& row) const {
  return row.deploy_branch.empty() ? parts_.settings.git.deploy_branch : row.deploy_branch;
}

Result<DeployOutcome> LocalPlatform::enqueue(DeployJob job, const Follow& follow) {
  const auto deploy = TRY(queue_.submit(std::move(job)));
  return deploy->follow(follow);
}

Result<DeployOutcome> LocalPlatform::plan_push(const PushRequest& request, const Follow& follow) {
  DeployOutput output(follow.line, parts_.clock);
  TRY(print_plan(parts_, request, output));
  output.final_word("Only a plan: nothing was deployed, the ref stays");
  DeployOutcome outcome;
  outcome.stage = state::DeployStage::Cancelled;
  outcome.reason = "only a plan, nothing was deployed";
  return outcome;
}

Result<DeployOutcome> LocalPlatform::push(const Actor& actor, const PushRequest& request,
                                          const Follow& follow) {
  const auto row = access_.find_open(actor, request.app, AppRight::Deploy);
  if (!row && !(request.plan_only && TRY(may_make_by_push(actor, request.app)))) {
    return row.error();
  }
  const auto ref = TRY(git::RefName::parse(request.ref));
  const std::string branch = row ? deploy_branch(*row) : parts_.settings.git.deploy_branch;
  if (!ref.is_branch() || ref.short_name() != branch) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("{} does not deploy, {} does", ref.short_name(), branch),
                 fmt::format("git push minpaas {}:{}", ref.short_name(), branch), ""};
  }
  if (request.plan_only) {
    return plan_push(request, follow);
  }
  DeployJob job{asked_for(request.app, state::DeployKind::Push, actor.name),
                request.no_cache,
                request.skip_release,
                {},
                {}};
  job.row.commit = request.commit;
  job.row.ref = request.ref;
  job.row.ref_old = request.old_oid;
  SecretMask mask;
  for (const ConfigVars& vars : TRY(secrets_of(request.app))) {
    mask.hide(vars);
  }
  job.row.note = escape_controls(mask.apply(request.note).substr(0, kMostNoteBytes));
  return enqueue(std::move(job), follow);
}

Result<DeployOutcome> LocalPlatform::rebuild(const Actor& actor, const AppName& name, bool no_cache,
                                             const Follow& follow) {
  TRY(access_.find_open(actor, name, AppRight::Deploy));
  const auto live = TRY(parts_.releases.live(name));
  if (!live || !live->commit) {
    return Error{ErrorCode::Conflict, fmt::format("{} has no release to build again", name.str()),
                 live ? fmt::format("it is an image: deploy --app {} --image REF", name.str())
                      : "push it with git first",
                 ""};
  }
  DeployJob job{asked_for(name, state::DeployKind::Rebuild, actor.name), no_cache, false, {}, {}};
  job.row.commit = live->commit;
  return enqueue(std::move(job), follow);
}

Result<std::vector<state::DeployRow>> LocalPlatform::builds(const Actor& actor, const AppName& name,
                                                            BuildsScope scope, state::Page page) {
  TRY(access_.find(actor, name, AppRight::Read));
  // Those without a build are among them.
  auto rows = TRY(parts_.deploys.list(name, {kMostDeploys, page.before}));
  if (scope == BuildsScope::Builds) {
    std::erase_if(rows, [](const state::DeployRow& row) { return !built_something(row); });
  }
  if (std::ssize(rows) > page.most) {
    rows.resize(static_cast<std::size_t>(page.most), rows.front());
  }
  return rows;
}

Result<state::DeployRow> LocalPlatform::choose_build(const AppName& name,
                                                     std::optional<std::int64_t> id) {
  if (id) {
    auto row = parts_.deploys.get(*id);
    // Ids are counted over all apps: whoever asks for one must own its app.
    if (!row || row->app != name) {
      return Error{ErrorCode::NotFound, fmt::format("{} has no build {}", name.str(), *id),
                   fmt::format("`builds {}` lists them", name.str()), ""};
    }
    return row;
  }
  const auto rows = TRY(parts_.deploys.list(name, kMostDeploys));
  const auto found = std::ranges::find_if(rows, built_something);
  return found == rows.end() ? Result<state::DeployRow>(no_builds(name)) : *found;
}

Result<state::DeployRow> LocalPlatform::build_output(const Actor& actor, const AppName& name,
                                                     std::optional<std::int64_t> id,
                                                     const Follow& follow) {
  TRY(access_.find(actor, name, AppRight::Read));
  const state::DeployRow row = TRY(choose_build(name, id));
  if (const auto deploy = queue_.find(row.id)) {
    TRY(deploy->watch(follow));
  } else {
    const auto shown = replay(queue_.log_file(name, row.id), follow.line);
    if (!shown) {
      return Error{ErrorCode::NotFound, fmt::format("the output of build {} is gone", row.id), "",
                   shown.error().for_log()};
    }
  }
  return parts_.deploys.get(row.id);
}

Result<int> LocalPlatform::cancel_builds(const Actor& actor, const AppName& name) {
  TRY(access_.find(actor, name, AppRight::Deploy));
  const int count = queue_.cancel(name, fmt::format("cancelled by {}", actor.name));
  if (count == 0) {
    return Error{ErrorCode::NotFound,
                 fmt::format("no build of {} is running or waiting", name.str()), "", ""};
  }
  return count;
}

}  // namespace minpaas::hooks
