#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/app/app_name.h"
#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/state/deploy_store.h"
#include "hooks/queue/deploy.h"

namespace minpaas::hooks {

/// Runs one deploy to its end. Thread: a worker of the queue, one deploy per app at a time.
class DeployRunner {
 public:
  virtual ~DeployRunner() = default;
  /// What is left to do when the result of a deploy stands; empty: nothing.
  using Rest = std::function<void()>;
  /// Journals every stage, speaks to `deploy.feed`, and settles the deploy. The app's next deploy
  /// waits for the rest, others do not; `deploy` lives until it has ended.
  virtual Rest run(Deploy& deploy) = 0;
  /// Tidying up, beside the app's next deploy.
  virtual void after(const Deploy& deploy) = 0;
};

struct QueueSettings {
  /// Builds, at once over all apps.
  int build_slots = 1;
  /// Deploys that do not build, at once over all apps: they do not wait for builds of other apps.
  int other_slots = 2;
  /// Holds `<app>/<id>.log`.
  std::filesystem::path log_folder;
  FeedLimits feed;
  /// Deploys whose image is built and whose result does not stand, at once over all apps; never
  /// fewer than `build_slots`.
  int started_slots = 8;
};

/// Who else may be at work at an app that is held.
enum class Beside { Nobody, OldContainers };

/// One queue per app, in the order of submission; a deploy runs on a worker thread and nobody's
/// connection. A newer push to a ref supersedes those that wait; a push of the commit that is
/// queued or running joins it. Thread: any.
class DeployQueue {
 public:
  DeployQueue(state::DeployStore& deploys, const Clock& clock, QueueSettings settings,
              DeployRunner& runner);
  /// Stops as `stop(seconds(0))` does.
  ~DeployQueue();
  DeployQueue(const DeployQueue&) = delete;
  DeployQueue& operator=(const DeployQueue&) = delete;

  /// Starts the workers. What was submitted before waits until then.
  void start();
  /// Stores the deploy as queued (or joins one) and returns what can be followed.
  /// Errors: Unavailable (stopping), Conflict (the app is being destroyed), those of the store.
  Result<std::shared_ptr<Deploy>> submit(DeployJob job);
  /// Waiting or running; null when it is neither.
  std::shared_ptr<Deploy> find(std::int64_t id) const;
  /// Whether it waits or runs; one that is being submitted does.
  bool knows(std::int64_t id) const;
  /// The one that runs, else the first that waits; null when the app has none.
  std::shared_ptr<Deploy> current(const AppName& app) const;
  /// Cancels the running deploy and the waiting ones of the app; returns how many.
  int cancel(const AppName& app, const std::string& why);
  /// Cancels everything of the app, refuses new deploys of it, and waits until none runs.
  /// Errors: Busy (one still ran at `deadline`; the app is open again).
  Result<void> close(const AppName& app, const std::string& why, SteadyTime deadline);
  void reopen(const AppName& app);
  /// Keeps deploys of the app waiting until `release`. False when one runs, it is held already or
  /// is being destroyed. With OldContainers one whose result stands does not count.
  bool hold(const AppName& app, Beside beside = Beside::Nobody);
  void release(const AppName& app);
  /// Takes no more; cancels what waits; what runs gets `grace` to end by itself and is then
  /// cancelled. Returns when the workers have ended.
  void stop(milliseconds grace);

  [[nodiscard]] std::filesystem::path log_file(const AppName& app, std::int64_t id) const;

 private:
  using Shared = std::shared_ptr<Deploy>;

  /// A thread that does the rest of a deploy.
  struct RestThread {
    std::shared_ptr<std::atomic<bool>> has_ended;
    std::jthread thread;
  };

  struct State {
    std::deque<Shared> waiting;
    std::map<AppName, Shared> running;
    std::set<AppName> closed;
    std::set<AppName> held;
    bool stopping = false;
  };

  struct Slots {
    int building = 0;
    int others = 0;
    int started = 0;
  };

  static Slots taken_slots(const State& state);
  [[nodiscard]] bool has_slot(const Deploy& deploy, const Slots& taken) const;
  void work(const std::stop_token& stop);
  Shared take(const std::stop_token& stop);
  void run(const Shared& deploy);
  void run_rest(const Shared& deploy, const DeployRunner::Rest& rest);
  void leave(const Shared& deploy);
  /// Ends deploys that never ran.
  void drop(const std::vector<Shared>& deploys, state::DeployStage stage,
            const std::string& reason);
  std::size_t drop_waiting(const std::function<bool(const Deploy&)>& which, const std::string& why);
  std::vector<Shared> take_waiting(const std::function<bool(const Deploy&)>& which);
  Shared joinable(const DeployJob& job) const;
  void supersede_older(const DeployJob& job, const Deploy* keep);
  Result<Shared> store(DeployJob job);
  void tell_wait(const Deploy& deploy) const;

  state::DeployStore& deploys_;
  const Clock& clock_;
  QueueSettings settings_;
  DeployRunner& runner_;
  /// Orders submissions: the row is committed and queued under it. Nobody waits for a worker with
  /// it.
  mutable std::mutex submitting_;
  mutable Guarded<State> state_;
  Guarded<std::vector<RestThread>> rests_;
  std::vector<std::jthread> workers_;
};

}  // namespace minpaas::hooks
