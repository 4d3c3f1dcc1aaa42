#include <fmt/format.h>

#include "hooks/pipeline/app_network.h"
#include "hooks/pipeline/pipeline.h"
#include "hooks/pipeline/rollback.h"
#include "hooks/pipeline/scaling.h"
#include "runtimes/contract.h"

/// The deploys that build nothing.
namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostKeysNamed = 5;

ReleaseDraft draft_of(const Release& release) {
  return {release.image,     release.commit,    release.runtime, release.internal_port,
          release.processes, release.formation, release.manifest};
}

std::string name_keys(std::vector<std::string> keys) {
  if (keys.size() > kMostKeysNamed) {
    const std::size_t more = keys.size() - kMostKeysNamed;
    keys.resize(kMostKeysNamed);
    keys.push_back(fmt::format("{} more", more));
  }
  return runtimes::join_for_people(keys);
}

/// `Set DEBUG and LEVEL, unset OLD`
std::string describe_change(const DeployJob& job) {
  std::vector<std::string> set;
  for (const auto& [key, value] : job.set) {
    set.push_back(key.str());
  }
  std::vector<std::string> unset;
  for (const ConfigKey& key : job.unset) {
    unset.push_back(key.str());
  }
  if (set.empty()) {
    return "Unset " + name_keys(unset);
  }
  return "Set " + name_keys(set) + (unset.empty() ? "" : ", unset " + name_keys(unset));
}

/// `Mount data at /data`, `Unmount data`
std::string describe_change(const StorageChange& change) {
  return change.path ? fmt::format("Mount {} at {}", change.name.str(), change.path->str())
                     : "Unmount " + change.name.str();
}

/// `Scale web=2 worker=1`
std::string describe_scaling(const Formation& quantities) {
  std::string text = "Scale";
  for (const auto& [process, quantity] : quantities) {
    text += fmt::format(" {}={}", process.str(), quantity);
  }
  return text;
}

}  // namespace

Pipeline::Done Pipeline::from_live(const StageContext& context) {
  const auto live = TRY(parts_.releases.live(context.app()));
  if (context.job.storage) {
    return change_storage(context, live, *context.job.storage);
  }
  if (context.job.row.kind == state::DeployKind::ConfigChange) {
    return change_config(context, live);
  }
  if (!live) {
    return Error{ErrorCode::Conflict, "nothing was pushed to this app yet",
                 "push it with git first", ""};
  }
  switch (context.job.row.kind) {
    case state::DeployKind::Rollback:
      return roll_back(context);
    case state::DeployKind::Scale:
      return scale(context, *live);
    case state::DeployKind::Stop:
      return stop(context, *live);
    default:
      return renew(context, *live);
  }
}

Pipeline::Done Pipeline::change_config(const StageContext& context,
                                       const std::optional<Release>& live) {
  TRY(enter(context, state::DeployStage::Releasing));
  const int before = TRY(parts_.configs.latest(context.app())).first;
  const int after = TRY(
      parts_.configs.change(context.app(), context.job.set, context.job.unset, parts_.clock.now()));
  parts_.reach("config changed");
  if (!live || before == after) {
    // Stored for the first release, or nothing to do: the journal passes through to its end.
    TRY(enter(context, state::DeployStage::Switching));
    return Deployed{};
  }
  return make_live(context, draft_of(*live), describe_change(context.job));
}

Pipeline::Done Pipeline::change_storage(const StageContext& context,
                                        const std::optional<Release>& live,
                                        const StorageChange& change) {
  TRY(enter(context, state::DeployStage::Releasing));
  const state::VolumeStore::Change by{context.deploy(), parts_.instance, parts_.clock.now()};
  const bool changed =
      change.path ? TRY(parts_.volumes.mount(context.app(), {change.name, *change.path}, by))
                  : TRY(parts_.volumes.unmount(context.app(), change.name, by));
  parts_.reach("storage changed");
  if (!live || !changed) {
    TRY(enter(context, state::DeployStage::Switching));
    return Deployed{};
  }
  return make_live(context, draft_of(*live), describe_change(change));
}

Pipeline::Done Pipeline::roll_back(const StageContext& context) {
  // Asked again: the deploys that ran before this one may have taken it away.
  const auto target = TRY(find_rollback_target(parts_, context.app(), context.job.target));
  context.output.stage(fmt::format("Rolling {} back to {} ({})", context.app().str(),
                                   target.number.str(), target.description));
  TRY(enter(context, state::DeployStage::Releasing));
  const auto config = TRY(parts_.configs.at(context.app(), target.config_version));
  if (TRY(parts_.configs.latest(context.app())).second != config) {
    TRY(parts_.configs.revert_to(context.app(), target.config_version, parts_.clock.now()));
    parts_.reach("config changed");
  }
  return make_live(context, draft_of(target), "Rollback to " + target.number.str());
}

Pipeline::Done Pipeline::scale(const StageContext& context, const Release& live) {
  ReleaseDraft draft = draft_of(live);
  // Asked again: a push before this one may have taken a process type away.
  draft.formation = TRY(scaled(live, context.job.quantities));
  TRY(enter(context, state::DeployStage::Releasing));
  if (draft.formation == live.formation) {
    TRY(enter(context, state::DeployStage::Switching));
    return Deployed{};
  }
  return make_live(context, draft, describe_scaling(context.job.quantities));
}

Pipeline::Done Pipeline::renew(const StageContext& context, const Release& live) {
  TRY(prepare_network(parts_));
  TRY(prepare_storage(context, live));
  auto config = TRY(parts_.configs.at(context.app(), live.config_version));
  return bring_up(context, {live, std::move(config)});
}

Pipeline::Done Pipeline::stop(const StageContext& context, const Release& live) {
  TRY(enter(context, state::DeployStage::Releasing));
  TRY(enter(context, state::DeployStage::Switching));
  TRY(stop_app(context, live));
  return Deployed{live, {}};
}

}  // namespace minpaas::hooks
