#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.h"
#include "hooks/pipeline/release_containers.h"
#include "hooks/pipeline/stages.h"
#include "hooks/pipeline/stop_times.h"

namespace minpaas::hooks {
namespace {

/// Storing a pack holds the lock for moments only.
constexpr seconds kLockPatience{30};

std::vector<docker::ContainerId> joined(std::vector<docker::ContainerId> first,
                                        const std::vector<docker::ContainerId>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

std::vector<std::string> ids_of(const std::vector<state::ContainerRow>& rows) {
  std::vector<std::string> ids;
  for (const state::ContainerRow& row : rows) {
    ids.push_back(row.id);
  }
  return ids;
}

/// A stopped app has no traffic, and its old containers are not to be started again.
Result<router::RouteChange> plan_change(const PipelineParts& parts, const Turnover& turnover) {
  const Release& release = turnover.release;
  const state::AppRow app = TRY(parts.apps.get(release.app));
  router::RouteChange change{.app = release.app,
                             .release = release.number,
                             .app_port = app.port,
                             .candidates = {},
                             .serving = {},
                             .stop_grace = stop_times(app, parts.settings).stop};
  for (const StartedProcess& process : turnover.started) {
    if (process.plan.process.is_web()) {
      change.candidates.push_back({process.container, process.plan.spec});
    }
  }
  if (!app.stopped) {
    change.serving = joined(web_containers(turnover.kept), web_containers(turnover.retired));
  }
  return change;
}

router::AnswerCheck answer_check(const StageContext& context, const Release& release) {
  return [&context, &release](const docker::ContainerId& container) -> Result<void> {
    const auto checks = TRY(context.parts.check_plans.of(release));
    return context.parts.check({checks.target(ProcessType::web(), 1, container)},
                               context.output.lines(), context.stop);
  };
}

bool holds(const std::vector<docker::ContainerId>& ids, const docker::ContainerId& id) {
  return std::ranges::find(ids, id) != ids.end();
}

void log_failure(const Result<void>& result, const Release& release) {
  if (!result) {
    log::warn("{} {}: {}", release.app.str(), release.number.str(), result.error().for_log());
  }
}

/// A router may serve from twins of the candidates: rows follow what has the traffic.
Result<void> record_serving(const PipelineParts& parts, const Release& release,
                            const router::RouteChange& change, const router::Switched& switched) {
  std::vector<docker::ContainerId> candidates;
  for (const router::Candidate& candidate : change.candidates) {
    candidates.push_back(candidate.container);
  }
  int index = 0;
  for (const docker::ContainerId& id : switched.serving) {
    ++index;
    if (!holds(candidates, id)) {
      TRY(parts.containers.add({id.value, release.app, release.number, ProcessType::web(), index}));
    }
  }
  for (const docker::ContainerId& id : candidates) {
    if (!holds(switched.serving, id)) {
      // A router that made twins has removed it; what is left carries labels without a row.
      TRY(parts.containers.remove(id.value));
      log_failure(parts.engine.remove_container(id), release);
    }
  }
  return {};
}

Result<void> route_to(const StageContext& context, const Turnover& turnover,
                      const router::RouteChange& change, std::vector<docker::ContainerId> serving) {
  return context.parts.router.restore(
      {change.app, change.app_port, turnover.release.internal_port, std::move(serving)});
}

/// Where containers keep their traffic, others come to them or go; else all is handed over.
Result<router::Switched> move_traffic(const StageContext& context, const Turnover& turnover,
                                      const router::RouteChange& change) {
  const auto kept = web_containers(turnover.kept);
  if (kept.empty() && !change.candidates.empty()) {
    return context.parts.router.switch_to(change, answer_check(context, turnover.release),
                                          context.stop);
  }
  router::Switched switched;
  for (const router::Candidate& candidate : change.candidates) {
    switched.serving.push_back(candidate.container);
  }
  if (change.candidates.empty() && kept.size() == change.serving.size()) {
    return switched;
  }
  const auto moved = route_to(context, turnover, change, joined(kept, switched.serving));
  if (!moved) {
    log_failure(route_to(context, turnover, change, change.serving), turnover.release);
    return moved.error();
  }
  return switched;
}

Result<void> commit(const StageContext& context, const Turnover& turnover) {
  const Release& release = turnover.release;
  state::ReleaseStore& releases = context.parts.releases;
  return context.job.renews()
             ? releases.renew(release.app, context.deploy(), ids_of(turnover.retired))
             : releases.make_live(
                   release.app, release.number,
                   {ids_of(turnover.kept), turnover.stays_stopped, context.job.runtime});
}

/// This commit is the moment that the release is live.
Result<void> commit_live(const StageContext& context, const Turnover& turnover,
                         const router::RouteChange& change, const router::Switched& switched) {
  const Release& release = turnover.release;
  TRY(record_serving(context.parts, release, change, switched));
  context.parts.reach("serving recorded");
  const auto made = commit(context, turnover);
  if (made) {
    return {};
  }
  // A commit can fail after it has reached the disk: what the database holds is the truth.
  const auto now = context.parts.releases.get(release.app, release.number);
  const auto deploy = context.parts.deploys.get(context.deploy());
  const bool is_live =
      now && now->state == ReleaseState::Live && deploy && deploy->release == release.number;
  return is_live ? Result<void>() : made;
}

/// The traffic goes back to the old containers. What was started beside them is left to `undo`.
void switch_back(const StageContext& context, const Turnover& turnover,
                 const router::RouteChange& change, const router::Switched& switched) {
  const bool was_handed_over = web_containers(turnover.kept).empty() && !change.candidates.empty();
  const auto restored = was_handed_over ? context.parts.router.switch_back(change, switched)
                                        : route_to(context, turnover, change, change.serving);
  if (!restored) {
    log::error("deploy {}: the old release does not serve: {}", context.deploy(),
               restored.error().for_log());
  }
}

/// Until now a crash was to be seen; from now on the engine keeps the processes up.
void keep_running(const StageContext& context, const Release& release) {
  const PipelineParts& parts = context.parts;
  const auto rows = containers_of(parts, release.app, release.number, Belonging::ToRelease);
  if (!rows) {
    log::warn("deploy {}: {}", context.deploy(), rows.error().for_log());
    return;
  }
  for (const state::ContainerRow& row : *rows) {
    log_failure(parts.engine.set_restart_policy({row.id}, docker::RestartPolicy::UnlessStopped),
                release);
  }
}

}  // namespace

Result<void> move_ref(const PipelineParts& parts, const state::DeployRow& row) {
  if (row.ref.empty() || !row.commit) {
    return {};
  }
  const auto folder = parts.repository(row.app);
  const auto lock =
      TRY(git::PushLock::acquire(folder, std::chrono::steady_clock::now() + kLockPatience));
  auto repository = TRY(git::Repository::open(folder));
  const auto name = TRY(git::RefName::parse(row.ref));
  const Oid now = TRY(repository.resolve(name));
  if (now != *row.commit) {
    TRY(repository.update_ref({name, now, *row.commit}));
  }
  return name.is_branch() ? repository.set_head(name) : Result<void>();
}

Result<void> switch_release(const StageContext& context, const Turnover& turnover) {
  const PipelineParts& parts = context.parts;
  const Release& release = turnover.release;
  context.output.stage(turnover.stays_stopped ? "Storing the release" : "Switching the traffic");
  const auto change = TRY(plan_change(parts, turnover));
  const auto switched = TRY(move_traffic(context, turnover, change));
  parts.reach("switched");
  const auto committed = commit_live(context, turnover, change, switched);
  if (!committed) {
    switch_back(context, turnover, change, switched);
    return committed.error().with_context("the release could not be committed");
  }
  parts.reach("live");
  const auto moved = move_ref(parts, context.job.row);
  if (!moved) {
    // What is live is what the database says; the ref follows at the next deploy or start.
    log::error("deploy {}: the ref is not moved: {}", context.deploy(), moved.error().for_log());
    context.output.warn(fmt::format("the release is live, but {} could not be moved: {}",
                                    context.job.row.ref, moved.error().message));
  }
  parts.reach("ref moved");
  keep_running(context, release);
  context.output.done(turnover.stays_stopped ? "Stored" : "Live");
  return {};
}

}  // namespace minpaas::hooks
