#include <fmt/format.h>

#include "core/base/log.h"
#include "hooks/pipeline/scaling.h"
#include "hooks/platform/local_platform.h"

namespace minpaas::hooks {
namespace {

DeployJob job_of(const AppName& name, state::DeployKind kind, const Actor& actor) {
  return {.row = asked_for(name, kind, actor.name)};
}

}  // namespace

Result<Release> LocalPlatform::require_live(const AppName& name) {
  auto live = TRY(parts_.releases.live(name));
  if (!live) {
    return Error{ErrorCode::Conflict, fmt::format("{} has no release yet", name.str()),
                 "push it with git first", ""};
  }
  return *std::move(live);
}

Result<DeployOutcome> LocalPlatform::restart(const Actor& actor, const AppName& name,
                                             const std::optional<ProcessType>& type,
                                             const Follow& follow) {
  const state::AppRow app = TRY(access_.find_open(actor, name, AppRight::Deploy));
  const Release live = TRY(require_live(name));
  DeployJob job = job_of(name, state::DeployKind::Restart, actor);
  job.process = type;
  if (type) {
    TRY(require_process_type(live, *type));
    const auto quantity = live.formation.find(*type);
    if (app.stopped || quantity == live.formation.end() || quantity->second == 0) {
      return Error{ErrorCode::Conflict,
                   fmt::format("{} of {} does not run", type->str(), name.str()),
                   app.stopped ? "start the app: ps:start " + name.str()
                               : fmt::format("scale it: ps:scale {} {}=1", name.str(), type->str()),
                   ""};
    }
  }
  return enqueue(std::move(job), follow);
}

Result<DeployOutcome> LocalPlatform::stop(const Actor& actor, const AppName& name,
                                          const Follow& follow) {
  const state::AppRow app = TRY(access_.find_open(actor, name, AppRight::Deploy));
  TRY(require_live(name));
  if (app.stopped && !queue_.current(name)) {
    return nothing_deployed();
  }
  return enqueue(job_of(name, state::DeployKind::Stop, actor), follow);
}

Result<DeployOutcome> LocalPlatform::start(const Actor& actor, const AppName& name,
                                           const Follow& follow) {
  const state::AppRow app = TRY(access_.find_open(actor, name, AppRight::Deploy));
  TRY(require_live(name));
  if (!app.stopped && !queue_.current(name)) {
    return nothing_deployed();
  }
  return enqueue(job_of(name, state::DeployKind::Start, actor), follow);
}

Result<DeployOutcome> LocalPlatform::scale(const Actor& actor, const AppName& name,
                                           const Formation& quantities, const Follow& follow) {
  TRY(access_.find_open(actor, name, AppRight::Deploy));
  const Release live = TRY(require_live(name));
  if (TRY(scaled(live, quantities)) == live.formation && !queue_.current(name)) {
    return nothing_deployed();
  }
  DeployJob job = job_of(name, state::DeployKind::Scale, actor);
  job.quantities = quantities;
  return enqueue(std::move(job), follow);
}

Result<void> LocalPlatform::lock(const Actor& actor, const AppName& name) {
  TRY(access_.find(actor, name, AppRight::Admin));
  TRY(parts_.apps.lock(name, actor.name, parts_.clock.now()));
  log::info("{} is locked by {}", name.str(), actor.name);
  return {};
}

Result<bool> LocalPlatform::unlock(const Actor& actor, const AppName& name) {
  TRY(access_.find(actor, name, AppRight::Admin));
  const bool was_locked = TRY(parts_.apps.unlock(name));
  log::info("{} is unlocked by {}", name.str(), actor.name);
  return was_locked;
}

Result<void> LocalPlatform::require_open(const Actor& actor, const AppName& name) {
  const auto app = access_.find_open(actor, name, AppRight::Deploy);
  // A first push makes the app.
  return app || app.error().code == ErrorCode::NotFound ? Result<void>() : app.error();
}

}  // namespace minpaas::hooks
