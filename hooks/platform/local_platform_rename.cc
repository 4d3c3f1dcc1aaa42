#include <fmt/format.h>

#include "core/base/log.h"
#include "hooks/platform/local_platform.h"
#include "hooks/platform/renames.h"
#include "hooks/queue/queue_hold.h"

namespace minpaas::hooks {
namespace {

/// For what was submitted in the last moment.
constexpr std::chrono::minutes kQueuePatience{2};

/// Old containers that are still drained are waited for. Errors: Busy.
Result<void> require_no_deploy(DeployQueue& queue, const AppName& name) {
  const auto hold = TRY(QueueHold::take(queue, name));
  if (queue.current(name)) {
    return Error{ErrorCode::Busy, fmt::format("a deploy of {} waits for its turn", name.str()),
                 "try again when it has ended", ""};
  }
  return {};
}

/// The rows are what counts: with them the app has its new name, and only without files that
/// follow is it taken back. No app and no unfinished rename may have `to`.
Result<void> change_name(const PipelineParts& parts, const AppName& name, const AppName& to) {
  // Whatever is by that name is left over.
  TRY(clear_files(parts, to));
  TRY(parts.apps.rename(name, to, parts.clock.now()));
  parts.reach("renamed");
  const auto moved = move_files(parts, {name, to});
  if (moved) {
    return {};
  }
  log::error("{}: {}", to.str(), moved.error().for_log());
  if (const auto back = parts.apps.rename(to, name, parts.clock.now()); !back) {
    log::error("{} keeps the new name, and the next start moves its files: {}", to.str(),
               back.error().for_log());
    return {};
  }
  if (const auto back = move_files(parts, {to, name}); !back) {
    log::error("{}: {}", name.str(), back.error().for_log());
  }
  return moved.error().with_context("the app could not be renamed");
}

}  // namespace

/// Names below the one that the app has by itself are kept for whoever has that name.
Result<void> LocalPlatform::require_no_names_below(const Actor& actor, const AppName& name) {
  const auto domains = TRY(nouns_.domains.list(actor, name));
  const std::string own = fmt::format(".{}.{}", name.str(), parts_.settings.router.domain);
  for (const Domain& domain : domains) {
    if (domain.host.ends_with(own)) {
      return Error{ErrorCode::Conflict,
                   fmt::format("{} is below the name {}, which the app would give up", domain.host,
                               own.substr(1)),
                   fmt::format("domains:remove {} {}", name.str(), domain.host), ""};
    }
  }
  return {};
}

Result<void> LocalPlatform::require_renamable(const Actor& actor, const AppName& name,
                                              const AppName& to) {
  TRY(access_.find_open(actor, name, AppRight::Admin));
  if (!TRY(access_.is_free(to))) {
    return Error{ErrorCode::AlreadyExists, fmt::format("there is an app '{}' already", to.str()),
                 "choose another name", ""};
  }
  return require_no_names_below(actor, name);
}

Result<AppReport> LocalPlatform::rename_app(const Actor& actor, const AppName& name,
                                            const AppName& to) {
  TRY(require_renamable(actor, name, to));
  const auto why = fmt::format("{} renamed the app to {}", actor.name, to.str());
  // Until the router has followed nothing may act on the new name either. Closed before there is
  // anything to wait for: no app has it, so there is nothing that this cancels.
  TRY(queue_.close(to, why, std::chrono::steady_clock::now() + kQueuePatience));
  const QueueReopener opens_new(queue_, to);
  TRY(require_no_deploy(queue_, name));
  TRY(queue_.close(name, why, std::chrono::steady_clock::now() + kQueuePatience));
  const QueueReopener opens_old(queue_, name);
  const auto change = [&]() -> Result<void> {
    // The waits were long enough for an app to be made of that name.
    TRY(require_renamable(actor, name, to));
    return change_name(parts_, name, to);
  };
  TRY(places_.rename(name, to, change));
  one_offs_.rename(name, to);
  if (const auto routed = parts_.router.rename(name, to); !routed) {
    // It has the names when it starts anew.
    log::error("{}: the router has its old name: {}", to.str(), routed.error().for_log());
  }
  if (tasks_.names_changed) {
    tasks_.names_changed();
  }
  log::info("{} was renamed to {} by {}", name.str(), to.str(), actor.name);
  parts_.lifecycle.tell(
      to, fmt::format("renamed from {} to {} (by {})", name.str(), to.str(), actor.name));
  return app(actor, to);
}

}  // namespace minpaas::hooks
