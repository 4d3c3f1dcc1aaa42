#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/app/app_right.h"
#include "core/base/guarded.h"
#include "core/base/result.h"

namespace minpaas::hooks {

/// On what something that lasts rests: who began it, and the right that it takes.
struct Claim {
  Actor actor;
  /// Absent: it is about no single app.
  std::optional<AppName> app;
  AppRight right = AppRight::Read;
};

/// Whether actors still are who they were. Thread: any.
class Standing {
 public:
  virtual ~Standing() = default;
  /// The actor as they are now. Errors: PermissionDenied (the key or token is gone or has expired,
  /// or its owner is gone); others: it could not be found out.
  virtual Result<Actor> renew(const Actor& actor) = 0;
  /// The label of the app, which it keeps when it is renamed; absent: the actor does not have the
  /// right. Errors: those of finding out.
  virtual Result<std::optional<std::string>> right_to(const Actor& actor, const AppName& app,
                                                      AppRight right) = 0;
  /// The same by the label, whatever the app's name is now.
  virtual Result<bool> keeps_right(const Actor& actor, const std::string& label,
                                   AppRight right) = 0;
  /// Errors: those with which a call refuses an actor without the right (AppAccess::find); those of
  /// finding out.
  virtual Result<void> require(const Actor& actor, const AppName& app, AppRight right) = 0;
};

/// Ends what lasts (a log that is followed, a program, a stream) soon after the actor may no longer
/// do it: their key or token is removed or expires, they are, or their right to the app is taken
/// away. Thread: any; has one of its own.
class StandingWatch {
 public:
  /// Each claim is looked at once in so long.
  static constexpr milliseconds kInterval{2000};

  explicit StandingWatch(Standing& standing, milliseconds interval = kInterval);
  StandingWatch(const StandingWatch&) = delete;
  StandingWatch& operator=(const StandingWatch&) = delete;

  /// Whether the claim holds at this moment. Errors: those with which what rests on it would be
  /// refused.
  Result<void> require(const Claim& claim);

 private:
  struct Entry {
    Claim claim;
    /// Of the app that the actor had the right to at the beginning. One that was not there then is
    /// not missed: an app may be made meanwhile.
    std::optional<std::string> label;
    std::stop_source gone;
    Guarded<std::optional<Error>> loss;
  };

 public:
  /// Keeps an eye on one claim for as long as it lives.
  class Watched {
   public:
    /// `outer` ends it too.
    Watched(StandingWatch& watch, Claim claim, const std::stop_token& outer);
    ~Watched();
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

    /// Requested when the claim is lost, and when `outer` was.
    [[nodiscard]] std::stop_token gone() const { return entry_->gone.get_token(); }

    /// Why the claim is lost: PermissionDenied. Absent: it is not.
    [[nodiscard]] std::optional<Error> loss() const;

   private:
    struct Relay {
      std::stop_source to;

      void operator()() { to.request_stop(); }
    };

    StandingWatch& watch_;
    std::shared_ptr<Entry> entry_;
    std::stop_callback<Relay> relay_;
  };

 private:
  using Entries = std::list<std::shared_ptr<Entry>>;

  void watch(const std::stop_token& stop);
  void look_at(Entry& entry);
  std::optional<Error> loss_of(const Entry& entry);

  Standing& standing_;
  milliseconds interval_;
  Guarded<Entries> entries_;
  std::jthread thread_;
};

}  // namespace minpaas::hooks
