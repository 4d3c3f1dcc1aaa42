#pragma once

#include <functional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

#include "core/base/guarded.h"
#include "core/docker/engine.h"
#include "hooks/access/failed_tries.h"
#include "hooks/service/events.h"
#include "hooks/supervision/health_book.h"

namespace minpaas::hooks {

struct SupervisorSettings {
  /// Value of docker::kLabelInstance.
  std::string instance;
  /// For containers in a crash loop.
  seconds stop_grace{30};
  /// Between tries while the engine is away, or something is left to reconcile; doubles up to the
  /// second one.
  milliseconds first_retry{500};
  milliseconds last_retry{60'000};
};

/// Follows the engine's events: stops containers in a crash loop, remembers how each process fares,
/// and has the containers reconciled at the start, whenever the engine was away, when a container
/// has ended or vanished, and when one has rested long enough after a crash loop. Two threads: one
/// on the event stream, one that reconciles. Thread: any.
class Supervisor {
 public:
  /// Returns whether nothing is left to be done; it is called again later when not.
  using Reconcile = std::function<bool(std::stop_token stop)>;

  /// A web container has started or ended: it may have another address.
  using Moved = std::function<void(const docker::ContainerId& container)>;

  /// A line for the log of the app of this docker::kLabelApp.
  using Told = std::function<void(const std::string& label, std::string text)>;

  /// What happened to a process of that app unasked, for the record; `app` of it is empty.
  using Record = std::function<void(const std::string& label, Deed deed)>;

  Supervisor(docker::Engine& engine, const Clock& clock, SupervisorSettings settings,
             Reconcile reconcile, Moved moved, Told told, Record record = {});
  /// Ends both threads.
  ~Supervisor() = default;
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Unfinished deploys must have been settled before.
  void start();

  /// Somebody knows that there is something to reconcile.
  void look_again();

  /// Absent when nothing is known, as after a restart of the server: the engine's own details hold.
  [[nodiscard]] std::optional<ProcessHealth> health(const docker::ContainerId& container) const;
  [[nodiscard]] std::set<docker::ContainerId> crashed() const;
  /// Those of them that are not to be started yet.
  [[nodiscard]] std::set<docker::ContainerId> resting() const;
  /// Whether the event stream is open.
  [[nodiscard]] bool engine_answers() const;

 private:
  struct State {
    HealthBook book;
    bool connected = false;
    /// When to reconcile; absent: not wanted.
    std::optional<SteadyTime> reconcile_at;
  };

  void watch(const std::stop_token& stop);
  void take_safely(const docker::EngineEvent& event);
  void take(const docker::EngineEvent& event);
  void tell_moved(const docker::EngineEvent& event);
  void tell_app(const docker::EngineEvent& event, HealthBook::Verdict verdict);
  void stop_crashing(const docker::EngineEvent& event);
  void put_restart_on_record(const docker::EngineEvent& event);
  void put_on_record(const docker::EngineEvent& event, Deed deed);
  void reconcile_when_wanted(const std::stop_token& stop);
  bool reconcile_now(const std::stop_token& stop);
  void want_reconcile(milliseconds from_now);
  void want_retries();
  void pause(milliseconds duration, const std::stop_token& stop);

  docker::Engine& engine_;
  const Clock& clock_;
  SupervisorSettings settings_;
  Reconcile reconcile_;
  Moved moved_;
  Told told_;
  Record record_;
  FailedTries restarts_;
  mutable Guarded<State> state_;
  std::jthread watcher_;
  std::jthread reconciler_;
};

}  // namespace minpaas::hooks
