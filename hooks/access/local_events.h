#pragma once

#include "core/base/guarded.h"
#include "hooks/access/app_access.h"
#include "hooks/service/events.h"

namespace minpaas::hooks {

class LocalEvents : public Events {
 public:
  LocalEvents(state::EventStore& store, AppAccess& access, const Clock& clock)
      : store_(store), access_(access), clock_(clock) {}

  void record(const Actor& actor, const Deed& deed) override;
  Result<void> read(const Actor& actor, const EventQuery& query, const EventSink& sink,
                    std::stop_token gone) override;
  Result<state::EventsVerdict> verify(const Actor& actor) override;

 private:
  /// Errors: those of `read`.
  Result<void> limit_to_own(const Actor& actor, const EventQuery& query,
                            state::EventFilter& filter);

  state::EventStore& store_;
  AppAccess& access_;
  const Clock& clock_;
  /// How many this process has written: followers wait for more.
  Guarded<std::int64_t> written_;
};

}  // namespace minpaas::hooks
