#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.h"
#include "hooks/stages.h"

namespace minpaas::hooks {
namespace {

/// Storing a pack holds the lock for moments only.
constexpr seconds kLockPatience{30};

Result<router::RouteChange> plan_change(const PipelineParts& parts, const Release& release,
                                        const std::vector<StartedProcess>& started) {
  const int port = TRY(parts.apps.get(release.app)).port;
  router::RouteChange change{release.app, release.number, port, {}, {}};
  for (const StartedProcess& process : started) {
    if (process.plan.process.is_web()) {
      change.candidates.push_back({process.container, process.plan.spec});
    }
  }
  change.serving =
      web_containers(TRY(containers_of(parts, release.app, release.number, Belonging::ToOthers)));
  return change;
}

router::AnswerCheck answer_check(const StageContext& context, const Release& release) {
  return [&context, port = release.internal_port](const docker::ContainerId& container) {
    return context.parts.check({{container, ProcessType::web(), 1, port}}, context.output.lines(),
                               context.stop);
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

/// The commit of this row is the moment that the release is live.
Result<void> commit_live(const StageContext& context, const Release& release,
                         const router::RouteChange& change, const router::Switched& switched) {
  TRY(record_serving(context.parts, release, change, switched));
  context.parts.reach("serving recorded");
  const auto made = context.parts.releases.make_live(release.app, release.number);
  if (made) {
    return {};
  }
  // A commit can fail after it has reached the disk: what the database holds is the truth.
  const auto now = context.parts.releases.get(release.app, release.number);
  return now && now->state == ReleaseState::Live ? Result<void>() : made;
}

/// The traffic goes back to the old containers.
void switch_back(const StageContext& context, const router::RouteChange& change,
                 const router::Switched& switched) {
  const auto restored = context.parts.router.switch_back(change, switched);
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

Result<std::vector<state::ContainerRow>> containers_of(const PipelineParts& parts,
                                                       const AppName& app, ReleaseNumber release,
                                                       Belonging belonging) {
  auto rows = TRY(parts.containers.of_app(app));
  std::erase_if(rows, [&](const state::ContainerRow& row) {
    return (row.release == release) != (belonging == Belonging::ToRelease);
  });
  return rows;
}

std::vector<docker::ContainerId> web_containers(const std::vector<state::ContainerRow>& rows) {
  std::vector<docker::ContainerId> ids;
  for (const state::ContainerRow& row : rows) {
    if (row.process.is_web()) {
      ids.push_back({row.id});
    }
  }
  return ids;
}

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

Result<void> switch_release(const StageContext& context, const Release& release,
                            const std::vector<StartedProcess>& started) {
  const PipelineParts& parts = context.parts;
  context.output.stage("Switching the traffic");
  const auto change = TRY(plan_change(parts, release, started));
  router::Switched switched;
  if (!change.candidates.empty()) {
    switched = TRY(parts.router.switch_to(change, answer_check(context, release), context.stop));
  }
  parts.reach("switched");
  const auto committed = commit_live(context, release, change, switched);
  if (!committed) {
    switch_back(context, change, switched);
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
  context.output.done("Live");
  return {};
}

}  // namespace minpaas::hooks
