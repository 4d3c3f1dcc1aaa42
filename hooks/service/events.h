#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/base/result.h"
#include "core/state/event_store.h"

namespace minpaas::hooks {

/// What an actor has done, or was not allowed to do.
struct Deed {
  /// Empty when it was about no app.
  std::string app;
  std::string action;
  /// Nothing secret.
  std::string detail;
  std::string result;
};

struct EventQuery {
  /// Absent: of the whole server, for administrators.
  std::optional<AppName> app = std::nullopt;
  std::optional<int> tail = std::nullopt;
  std::optional<SystemTime> since = std::nullopt;
  /// Only those before this one.
  std::optional<std::int64_t> before = std::nullopt;
  /// Go on with new ones.
  bool follow = false;
};

/// Returns false to leave.
using EventSink = std::function<bool(const state::EventRow& row)>;

/// The record of who did what. Thread: any.
class Events {
 public:
  virtual ~Events() = default;

  /// A record that cannot be written is a line in the server's log: what was done is done.
  virtual void record(const Actor& actor, const Deed& deed) = 0;

  /// What the platform has done by itself, when nobody asked for it: as `minpaas`, which has no key
  /// and no address.
  void record_own(const Deed& deed) {
    Actor platform;
    platform.name = "minpaas";
    platform.role = Role::Admin;
    record(platform, deed);
  }

  /// Oldest first, to `sink`. Errors: PermissionDenied, NotFound (the app).
  virtual Result<void> read(const Actor& actor, const EventQuery& query, const EventSink& sink,
                            std::stop_token gone) = 0;
  /// For administrators: whether all rows are as they were written.
  virtual Result<state::EventsVerdict> verify(const Actor& actor) = 0;
};

}  // namespace minpaas::hooks
