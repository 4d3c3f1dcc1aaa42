#include "hooks/pipeline/recovery.h"
#include "hooks/pipeline/release_containers.h"
#include "hooks/pipeline/undo.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/base/log.h"
#include "hooks/containers/ownership.h"
#include "hooks/pipeline/stages.h"
#include "hooks/pipeline/stop_times.h"
#include "hooks/queue/queue_hold.h"

namespace minpaas::hooks {
namespace {

constexpr std::string_view kReason = "the server stopped during the deploy";
constexpr std::string_view kNotStored = "its end could not be stored";
/// How far back the deploy that made the live release is looked for.
constexpr int kMostDeploys = 100;

void log_failure(const Result<void>& result, const std::string& subject, std::string_view what) {
  if (!result) {
    log::warn("recovery of {}: {}: {}", subject, what, result.error().for_log());
  }
}

Result<void> restore_route(const PipelineParts& parts, const AppName& app,
                           const std::optional<Release>& live) {
  if (!live) {
    return {};
  }
  const auto rows = TRY(containers_of(parts, app, live->number, Belonging::ToRelease));
  const auto serving = web_containers(rows);
  const state::AppRow row = TRY(parts.apps.get(app));
  return serving.empty() || row.stopped
             ? Result<void>()
             : parts.router.restore({app, row.port, live->internal_port, serving});
}

/// Old containers go first: with the direct router one of them may still have the port.
Result<void> remove_others(const PipelineParts& parts, const Release& live) {
  const auto rows = TRY(containers_of(parts, live.app, live.number, Belonging::ToOthers));
  parts.router.drain(live.app, web_containers(rows), stop_times(parts, live.app).drain, {});
  for (const auto& row : rows) {
    TRY(parts.engine.remove_container({row.id}));
    TRY(parts.containers.remove(row.id));
  }
  return {};
}

std::string label_of(const docker::ContainerDetails& container, std::string_view name) {
  const auto found = container.labels.find(std::string(name));
  return found == container.labels.end() ? "" : found->second;
}

/// What a restart has put others in the place of: of the same release, and without rows by now.
Result<void> remove_replaced(const PipelineParts& parts, const state::DeployRow& row) {
  const std::string deploy = std::to_string(row.id);
  const state::AppRow app = TRY(parts.apps.get(row.app));
  const auto present = TRY(
      own_containers(parts.engine, parts.instance, {{std::string(docker::kLabelApp), app.label}}));
  std::set<std::string> replaced;
  for (const auto& container : present) {
    if (label_of(container, docker::kLabelDeploy) == deploy) {
      replaced.insert(label_of(container, docker::kLabelProcess));
    }
  }
  for (const auto& container : present) {
    if (label_of(container, docker::kLabelDeploy) != deploy &&
        replaced.contains(label_of(container, docker::kLabelProcess))) {
      TRY(parts.engine.remove_container(container.id));
    }
  }
  return {};
}

void finish_live(const PipelineParts& parts, const state::DeployRow& row, const Release& live) {
  const std::string subject = fmt::format("deploy {}", row.id);
  log_failure(move_ref(parts, row), subject, "move the ref");
  log_failure(remove_others(parts, live), subject, "remove the old containers");
  log_failure(remove_replaced(parts, row), subject, "remove the replaced containers");
  log_failure(restore_route(parts, row.app, live), subject, "restore the route");
}

/// One whose end is known and could not be stored has ended so.
/// The journal knows no way from an early stage to success, and none is needed: a release is live
/// in the stages Switching and Retiring only.
Result<void> settle(const PipelineParts& parts, const state::DeployRow& row,
                    std::string_view reason, RecoveryReport& report) {
  if (const auto end = parts.deploys.unstored_end(row.id)) {
    if (end->stage == state::DeployStage::Succeeded) {
      log_failure(move_ref(parts, row), fmt::format("deploy {}", row.id), "move the ref");
    }
    return parts.deploys.finish(row.id, end->stage, end->reason, parts.clock.now());
  }
  const auto live = TRY(parts.releases.live(row.app));
  if (live && row.release == live->number) {
    finish_live(parts, row, *live);
    ++report.finished;
    report.settled.push_back({row, true});
    log::info("deploy {} of {} is finished: {} is live", row.id, row.app.str(), live->number.str());
    return parts.deploys.finish(row.id, state::DeployStage::Succeeded, "", parts.clock.now());
  }
  if (!parts.router.publishes_ports()) {
    // A router of its own leaves the new containers before they are removed.
    log_failure(restore_route(parts, row.app, live), fmt::format("deploy {}", row.id),
                "restore the route");
  }
  TRY(undo(parts, row));
  log_failure(restore_route(parts, row.app, live), fmt::format("deploy {}", row.id),
              "restore the route");
  ++report.undone;
  report.settled.push_back({row, false});
  log::info("deploy {} of {} is taken back, it was {}", row.id, row.app.str(),
            to_string(row.stage));
  return parts.deploys.finish(row.id, state::DeployStage::Failed, std::string(reason),
                              parts.clock.now());
}

/// The row of the deploy that brought the live commit; absent when there is none any more.
Result<std::optional<state::DeployRow>> pushed_by(const PipelineParts& parts, const Release& live) {
  const auto rows = TRY(parts.deploys.list(live.app, kMostDeploys));
  const auto found = std::ranges::find_if(rows, [&](const state::DeployRow& row) {
    return row.stage == state::DeployStage::Succeeded && !row.ref.empty();
  });
  if (found == rows.end() || found->commit != live.commit) {
    return std::optional<state::DeployRow>();
  }
  return std::optional(*found);
}

/// For a ref that could not be moved when its release went live (a full disk, a foreign lock).
Result<void> follow_live(const PipelineParts& parts, const AppName& app, RecoveryReport& report) {
  const auto live = TRY(parts.releases.live(app));
  if (!live || !live->commit) {
    return {};
  }
  const auto row = TRY(pushed_by(parts, *live));
  if (!row) {
    return {};
  }
  const auto repository = TRY(git::Repository::open(parts.repository(app)));
  const auto name = TRY(git::RefName::parse(row->ref));
  if (TRY(repository.resolve(name)) == *row->commit) {
    return {};
  }
  ++report.refs_moved;
  return move_ref(parts, *row);
}

/// The unfinished deploys of the app that `has_ended` is true for.
Result<void> settle_of(const PipelineParts& parts, const AppName& app,
                       const std::function<bool(const state::DeployRow&)>& has_ended) {
  RecoveryReport report;
  for (const state::DeployRow& row : TRY(parts.deploys.unfinished())) {
    if (row.app == app && has_ended(row)) {
      TRY(settle(parts, row, kNotStored, report));
    }
  }
  return {};
}

Result<void> sweep(const PipelineParts& parts, const AppName& app) {
  auto repository = git::Repository::open(parts.repository(app));
  if (!repository) {
    // Created, and the server stopped before its repository was there: the first push makes it.
    return repository.error().code == ErrorCode::NotFound ? Result<void>() : repository.error();
  }
  return repository->sweep();
}

}  // namespace

Result<void> settle_earlier(const PipelineParts& parts, const state::DeployRow& begins) {
  return settle_of(parts, begins.app, [&](const state::DeployRow& row) {
    return row.id != begins.id && row.stage != state::DeployStage::Queued;
  });
}

Result<void> settle_ended(const PipelineParts& parts, DeployQueue& queue) {
  std::set<AppName> apps;
  for (const state::DeployRow& row : TRY(parts.deploys.unfinished())) {
    if (!queue.knows(row.id)) {
      apps.insert(row.app);
    }
  }
  Result<void> all;
  for (const AppName& app : apps) {
    // One that is under way is not held, and looks after the earlier ones by itself.
    if (const auto hold = QueueHold::try_take(queue, app)) {
      const auto settled =
          settle_of(parts, app, [&](const state::DeployRow& row) { return !queue.knows(row.id); });
      all = all ? settled : all;
    }
  }
  return all;
}

Result<RecoveryReport> recover(const PipelineParts& parts) {
  RecoveryReport report;
  const auto apps = TRY(parts.apps.list());
  for (const state::AppRow& app : apps) {
    // Stale ref locks would keep the refs from being moved.
    log_failure(sweep(parts, app.name), app.name.str(), "sweep the repository");
  }
  for (const state::DeployRow& row : TRY(parts.deploys.unfinished())) {
    // What one app keeps from being settled does not keep the others from being served.
    log_failure(settle(parts, row, kReason, report), fmt::format("deploy {}", row.id), "settle it");
  }
  for (const state::AppRow& app : apps) {
    log_failure(follow_live(parts, app.name, report), app.name.str(), "move the ref");
  }
  return report;
}

}  // namespace minpaas::hooks
