#include "hooks/pipeline/undo.h"

#include "core/base/guarded.h"
#include "core/base/log.h"
#include "hooks/containers/ownership.h"
#include "hooks/containers/side_by_side.h"
#include "hooks/pipeline/release_containers.h"

namespace minpaas::hooks {
namespace {

void log_failure(const Result<void>& result, std::int64_t deploy, std::string_view what) {
  if (!result) {
    log::warn("deploy {}: {}: {}", deploy, what, result.error().for_log());
  }
}

/// By label: also what has no row yet, twins of a router and the container of a release command.
Result<void> remove_containers_of_deploy(const PipelineParts& parts, std::int64_t deploy) {
  const docker::Labels of_deploy{{std::string(docker::kLabelDeploy), std::to_string(deploy)}};
  const auto containers = TRY(own_containers(parts.engine, parts.instance, of_deploy));
  Guarded<Result<void>> all;
  side_by_side(containers.size(), [&](std::size_t i) {
    const auto removed = parts.engine.remove_container(containers[i].id);
    if (!removed) {
      all.with([&](Result<void>& first) { first = first ? removed : first; });
    }
    return true;
  });
  TRY(all.with([](const Result<void>& first) { return first; }));
  // Afterwards: on a full disk no row goes, and still no container stays.
  for (const auto& container : containers) {
    TRY(parts.containers.remove(container.id.value));
  }
  return {};
}

/// A router that made twins has removed containers whose rows are those of the live release when it
/// is restarted.
Result<void> forget_missing(const PipelineParts& parts, const AppName& app) {
  for (const state::ContainerRow& row : TRY(parts.containers.of_app(app))) {
    const auto details = parts.engine.inspect_container({row.id});
    if (!details && details.error().code == ErrorCode::NotFound) {
      TRY(parts.containers.remove(row.id));
    }
  }
  return {};
}

Result<void> remove_rows_of_release(const PipelineParts& parts, const AppName& app,
                                    ReleaseNumber release) {
  for (const auto& row : TRY(containers_of(parts, app, release, Belonging::ToRelease))) {
    TRY(parts.containers.remove(row.id));
  }
  return {};
}

/// Also a release whose number did not get into the journal: a deploy has at most one, and an app
/// at most one deploy at a time.
Result<void> fail_pending_releases(const PipelineParts& parts, const AppName& app) {
  for (const Release& release : TRY(parts.releases.list(app, 2))) {
    if (release.state == ReleaseState::Pending) {
      TRY(remove_rows_of_release(parts, app, release.number));
      TRY(parts.releases.mark_failed(app, release.number));
    }
  }
  return {};
}

Result<void> remove_images_of_deploy(const PipelineParts& parts, std::int64_t deploy) {
  const docker::Labels labels{{std::string(docker::kLabelInstance), parts.instance},
                              {std::string(docker::kLabelDeploy), std::to_string(deploy)}};
  for (const auto& image : TRY(parts.engine.list_images(labels))) {
    TRY(parts.engine.remove_image(image.id));
  }
  return {};
}

/// The config goes back to that of the live release: every change makes a release, so none but the
/// failed one can be newer.
Result<void> revert_config_to(const PipelineParts& parts, const AppName& app, int version) {
  const auto newest = TRY(parts.configs.latest(app));
  if (newest.second != TRY(parts.configs.at(app, version))) {
    TRY(parts.configs.revert_to(app, version, parts.clock.now()));
  }
  return {};
}

Result<void> revert_config(const PipelineParts& parts, const state::DeployRow& row) {
  if (row.config_before) {
    return revert_config_to(parts, row.app, *row.config_before);
  }
  const auto live = TRY(parts.releases.live(row.app));
  const bool changes_config =
      row.kind == state::DeployKind::ConfigChange || row.kind == state::DeployKind::Rollback;
  if (!changes_config || !live) {
    return {};
  }
  return revert_config_to(parts, row.app, live->config_version);
}

}  // namespace

Result<void> undo(const PipelineParts& parts, const state::DeployRow& row) {
  if (row.stage == state::DeployStage::Queued) {
    return {};
  }
  Result<void> recorded;
  const auto record = [&](const Result<void>& done, const char* what) {
    log_failure(done, row.id, what);
    recorded = recorded ? done : recorded;
  };
  log_failure(remove_containers_of_deploy(parts, row.id), row.id, "remove its containers");
  record(fail_pending_releases(parts, row.app), "fail its release");
  log_failure(remove_images_of_deploy(parts, row.id), row.id, "remove its image");
  record(revert_config(parts, row), "revert the config");
  record(parts.volumes.undo(row.id), "revert the storage");
  if (row.kind == state::DeployKind::Restart || row.kind == state::DeployKind::Start) {
    log_failure(forget_missing(parts, row.app), row.id, "forget its containers");
  }
  if (row.kind == state::DeployKind::Stop) {
    // What has stopped is started again by the next reconciliation.
    record(parts.apps.set_stopped(row.app, false), "take the stop back");
  }
  return recorded;
}

}  // namespace minpaas::hooks
