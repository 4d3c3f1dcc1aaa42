#include "tests/support/fake_events.h"

namespace minpaas::test {

void FakeEvents::record(const Actor& actor, const hooks::Deed& deed) {
  rows.push_back({.seq = std::ssize(rows) + 1,
                  .at = clock_.now(),
                  .actor = actor.name,
                  .credential = actor.credential(),
                  .from = actor.from,
                  .app = deed.app,
                  .action = deed.action,
                  .detail = deed.detail,
                  .result = deed.result});
}

Result<void> FakeEvents::read(const Actor& actor, const hooks::EventQuery& query,
                              const hooks::EventSink& sink, std::stop_token /*gone*/) {
  TRY(query.app ? guards_.find_app(*query.app) : guards_.require_admin(actor));
  std::vector<state::EventRow> fitting;
  for (const state::EventRow& row : rows) {
    if ((!query.app || row.app == query.app->str()) && (!query.since || row.at >= *query.since) &&
        (!query.before || row.seq < *query.before)) {
      fitting.push_back(row);
    }
  }
  if (query.tail && std::ssize(fitting) > *query.tail) {
    fitting.erase(fitting.begin(), fitting.end() - *query.tail);
  }
  for (const state::EventRow& row : fitting) {
    if (!sink(row)) {
      break;
    }
  }
  return {};
}

Result<state::EventsVerdict> FakeEvents::verify(const Actor& actor) {
  TRY(guards_.require_admin(actor));
  return state::EventsVerdict{std::ssize(rows), fault, "c0ffee"};
}

}  // namespace minpaas::test
