#pragma once

#include <functional>
#include <vector>

#include "hooks/service/events.h"

namespace minpaas::test {

/// The record in memory; following ends at once. Thread: one at a time.
class FakeEvents : public hooks::Events {
 public:
  struct Guards {
    std::function<Result<void>(const Actor& actor)> require_admin;
    std::function<Result<void>(const AppName& app)> find_app;
  };

  FakeEvents(const Clock& clock, Guards guards) : clock_(clock), guards_(std::move(guards)) {}

  std::vector<state::EventRow> rows;
  /// What verify finds.
  std::string fault;

  void record(const Actor& actor, const hooks::Deed& deed) override;
  Result<void> read(const Actor& actor, const hooks::EventQuery& query,
                    const hooks::EventSink& sink, std::stop_token gone) override;
  Result<state::EventsVerdict> verify(const Actor& actor) override;

 private:
  const Clock& clock_;
  Guards guards_;
};

}  // namespace minpaas::test
