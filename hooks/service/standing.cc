#include "hooks/service/standing.h"

#include <fmt/format.h>

#include "core/base/log.h"

namespace minpaas::hooks {
namespace {

/// wait_until needs a deadline that ends.
constexpr std::chrono::hours kLongestWait{24 * 365};

Error lost_right(const Claim& claim) {
  return {ErrorCode::PermissionDenied,
          fmt::format("the right of {} to {} was taken away, so this has ended", claim.actor.name,
                      claim.app->str()),
          "", ""};
}

Error lost_role(const Actor& actor) {
  return {ErrorCode::PermissionDenied,
          fmt::format("{} is no administrator any more, so this has ended", actor.name), "", ""};
}

}  // namespace

StandingWatch::StandingWatch(Standing& standing, milliseconds interval)
    : standing_(standing),
      interval_(interval),
      thread_([this](const std::stop_token& stop) { watch(stop); }) {}

Result<void> StandingWatch::require(const Claim& claim) {
  const Actor actor = TRY(standing_.renew(claim.actor));
  return claim.app ? standing_.require(actor, *claim.app, claim.right) : Result<void>();
}

StandingWatch::Watched::Watched(StandingWatch& watch, Claim claim, const std::stop_token& outer)
    : watch_(watch), entry_(std::make_shared<Entry>()), relay_(outer, Relay{entry_->gone}) {
  entry_->claim = std::move(claim);
  if (const auto& app = entry_->claim.app) {
    const auto right = watch_.standing_.right_to(entry_->claim.actor, *app, entry_->claim.right);
    entry_->label = right ? *right : std::nullopt;
  }
  watch_.entries_.update([this](Entries& entries) { entries.push_back(entry_); });
}

StandingWatch::Watched::~Watched() {
  watch_.entries_.with([this](Entries& entries) { entries.remove(entry_); });
}

std::optional<Error> StandingWatch::Watched::loss() const {
  return entry_->loss.with([](const std::optional<Error>& loss) { return loss; });
}

std::optional<Error> StandingWatch::loss_of(const Entry& entry) {
  const Claim& claim = entry.claim;
  const auto actor = standing_.renew(claim.actor);
  if (!actor) {
    return actor.error();
  }
  if (!entry.label) {
    const bool lower = claim.actor.role == Role::Admin && actor->role != Role::Admin;
    return lower ? std::optional(lost_role(*actor)) : std::nullopt;
  }
  const auto right = standing_.keeps_right(*actor, *entry.label, claim.right);
  if (!right) {
    return right.error();
  }
  return *right ? std::nullopt : std::optional(lost_right(claim));
}

/// What could not be found out is asked again: a database that is busy must not end everything.
void StandingWatch::look_at(Entry& entry) {
  const auto loss = loss_of(entry);
  if (!loss) {
    return;
  }
  if (loss->code != ErrorCode::PermissionDenied) {
    log::warn("whether {} may go on: {}", entry.claim.actor.name, loss->for_log());
    return;
  }
  log::info("what {} had begun has ended: {}", entry.claim.actor.name, loss->message);
  entry.loss.with([&](std::optional<Error>& held) { held = loss; });
  entry.gone.request_stop();
}

void StandingWatch::watch(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    entries_.wait_until(
        std::chrono::steady_clock::now() + kLongestWait, stop,
        [](const Entries& entries) { return !entries.empty(); }, [](Entries&) {});
    // What is over by then, which most is, was never looked at.
    entries_.wait_until(
        std::chrono::steady_clock::now() + interval_, stop, [](const Entries&) { return false; },
        [](Entries&) {});
    const Entries entries = entries_.with([](const Entries& all) { return all; });
    for (const auto& entry : entries) {
      if (!stop.stop_requested() && !entry->gone.stop_requested()) {
        look_at(*entry);
      }
    }
  }
}

}  // namespace minpaas::hooks
