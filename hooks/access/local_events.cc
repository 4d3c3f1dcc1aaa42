#include "hooks/access/local_events.h"

#include <algorithm>

#include "core/base/log.h"
#include "core/base/text.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostDetailBytes = 200;
/// A follower looks this often whether it may still look.
constexpr seconds kLookAgain{10};

/// What people type gets into listings and onto terminals.
std::string shown(std::string_view text) {
  return escape_controls(text.substr(0, kMostDetailBytes));
}

}  // namespace

void LocalEvents::record(const Actor& actor, const Deed& deed) {
  const auto seq = store_.add({.at = clock_.now(),
                               .actor = actor.name,
                               .credential = actor.credential(),
                               .from = actor.from,
                               .app = shown(deed.app),
                               .action = deed.action,
                               .detail = shown(deed.detail),
                               .result = deed.result});
  if (!seq) {
    log::error("{} by {} ({}) could not be recorded: {}", deed.action, actor.name, deed.result,
               seq.error().for_log());
    return;
  }
  written_.update([](std::int64_t& count) { ++count; });
}

/// Of an app that is gone, whose name another one has now, its members see nothing.
Result<void> LocalEvents::limit_to_own(const Actor& actor, const EventQuery& query,
                                       state::EventFilter& filter) {
  if (!query.app) {
    return require_admin(actor);
  }
  const auto row = TRY(access_.find(actor, *query.app, AppRight::Read));
  if (actor.role != Role::Admin) {
    filter.since = std::max(query.since.value_or(row.named_at), row.named_at);
  }
  return {};
}

Result<void> LocalEvents::read(const Actor& actor, const EventQuery& query, const EventSink& sink,
                               std::stop_token gone) {
  state::EventFilter filter{.before = query.before, .since = query.since, .most = query.tail};
  if (query.app) {
    filter.app = query.app->str();
  }
  while (true) {
    TRY(limit_to_own(actor, query, filter));
    const std::int64_t seen = written_.with([](std::int64_t count) { return count; });
    for (const state::EventRow& row : TRY(store_.list(filter))) {
      filter.after = row.seq;
      if (!sink(row)) {
        return {};
      }
    }
    if (!query.follow || gone.stop_requested()) {
      return {};
    }
    filter.most.reset();
    written_.wait_until(
        std::chrono::steady_clock::now() + kLookAgain, gone,
        [seen](std::int64_t count) { return count != seen; }, [](std::int64_t) {});
  }
}

Result<state::EventsVerdict> LocalEvents::verify(const Actor& actor) {
  TRY(require_admin(actor));
  return store_.verify();
}

}  // namespace minpaas::hooks
