#pragma once

#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "core/base/guarded.h"
#include "hooks/programs/cron_runner.h"

namespace minpaas::hooks {

/// The clock of cron: once a minute, in UTC, it looks at what the live releases want and runs what
/// is due, a few at a time. What was due while the server did not run is not made up for. Thread:
/// any.
class CronKeeper {
 public:
  CronKeeper(const PipelineParts& parts, CronRunner& runner) : parts_(parts), runner_(runner) {}

  /// Ends the threads, and with them what they run.
  ~CronKeeper() = default;
  CronKeeper(const CronKeeper&) = delete;
  CronKeeper& operator=(const CronKeeper&) = delete;

  /// What the last run of the server left as running was cut off.
  void start();
  /// What is due in the minute of `now` begins, or is noted as skipped. Stopped apps run nothing.
  void look(SystemTime now);

 private:
  struct Due {
    Release live;
    NamedCronEntry entry;
    std::unique_ptr<CronRunner::Claim> claim;
  };

  void watch(const std::stop_token& stop);
  void work(const std::stop_token& stop);
  Result<void> run(Due& due, const std::stop_token& stop);
  Result<void> look_at(const state::AppRow& app, SystemTime now);

  const PipelineParts& parts_;
  CronRunner& runner_;
  Guarded<std::deque<Due>> due_;
  /// Last: they use all of the above.
  std::vector<std::jthread> threads_;
};

}  // namespace minpaas::hooks
