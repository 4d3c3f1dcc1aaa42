#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/base/clock.h"
#include "core/docker/engine.h"

namespace minpaas::hooks {

/// What the engine's events say of a container.
struct ProcessHealth {
  /// Stopped because it ended again and again.
  bool crashed = false;
  /// How often it ended by itself and ran again.
  int restarts = 0;
  std::optional<int> last_exit_code = std::nullopt;
};

/// Keeps the health of the containers by their events. Pure: time is that of the events.
/// Thread: one at a time.
class HealthBook {
 public:
  /// So many ends in a row, each within this time after its start, are a crash loop.
  static constexpr int kCrashes = 5;
  static constexpr seconds kCrashWindow{60};
  /// How long a container rests after a crash loop; twice as long after each one that follows
  /// without kCrashWindow of calm, up to the second one.
  static constexpr seconds kFirstRest{10};
  static constexpr seconds kLastRest{600};

  enum class Verdict {
    /// It was taken in already.
    Repeated,
    /// Nothing to do.
    Noted,
    /// It has ended by itself.
    Ended,
    /// It is in a crash loop, or has ended too soon after the rest that followed one: stop it.
    CrashLoop,
    /// It was removed: somebody may have to put another in its place.
    Gone,
  };

  /// An event that was taken in already (the engine repeats those of the moment that a stream
  /// resumes from) is Repeated and changes nothing.
  Verdict take(const docker::EngineEvent& event);

  /// Of a container of which there were events; absent otherwise.
  [[nodiscard]] std::optional<ProcessHealth> find(const docker::ContainerId& container) const;
  /// In a crash loop, and not started since their rest has ended.
  [[nodiscard]] std::set<docker::ContainerId> crashed() const;
  /// Those of them whose rest lasts still: they are not to be started.
  [[nodiscard]] std::set<docker::ContainerId> resting(SystemTime now) const;
  /// When the next of them is to be started; absent: none rests.
  [[nodiscard]] std::optional<SystemTime> next_retry(SystemTime now) const;
  /// How long it rests now; zero: it does not.
  [[nodiscard]] seconds rest_of(const docker::ContainerId& container) const;

  /// Time of the newest event: where a stream resumes.
  [[nodiscard]] std::optional<SystemTime> last() const { return last_; }

 private:
  struct Record {
    ProcessHealth health;
    /// That ended within kCrashWindow, one after the other.
    int short_runs = 0;
    /// Somebody has asked it to stop.
    bool asked_to_stop = false;
    bool ended = false;
    /// Crash loops without calm between them.
    int loops = 0;
    seconds rest{0};
    SystemTime retry_at;
    std::optional<SystemTime> started_at;
  };

  bool is_repeated(const docker::EngineEvent& event);
  static Verdict take_end(Record& record, const docker::EngineEvent& event);
  static void begin_rest(Record& record, SystemTime now);
  static void take_start(Record& record, SystemTime at);

  std::map<docker::ContainerId, Record> records_;
  std::optional<SystemTime> last_;
  /// Events of the moment `last_`.
  std::set<std::pair<docker::ContainerId, std::string>> at_last_;
};

}  // namespace minpaas::hooks
