#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/base/console.h"
#include "core/base/result.h"
#include "core/state/cron_store.h"
#include "hooks/service/programs.h"

namespace minpaas::hooks {

/// One that the live release has.
struct CronReport {
  /// The same as long as schedule and command are.
  std::string id;
  std::string schedule;
  std::string command;
  std::optional<state::CronRun> last;
  /// Absent: never (the app is stopped, or there is no such day).
  std::optional<SystemTime> next;
};

/// Commands that run by the clock, from the app.json of the live release. Thread: any.
class Cron {
 public:
  virtual ~Cron() = default;

  virtual Result<std::vector<CronReport>> list(const Actor& actor, const AppName& name) = 0;
  /// What has run, newest first; of one entry, which may be of an older release, or of all.
  virtual Result<std::vector<state::CronRun>> history(const Actor& actor, const AppName& name,
                                                      const std::optional<std::string>& id,
                                                      state::Page page) = 0;
  /// Runs it now, in front of `peer`. Errors: NotFound (no such entry), Busy (it runs already),
  /// those of run_one_off.
  virtual Result<ProgramOutcome> run(const Actor& actor, const AppName& name, const std::string& id,
                                     ExecStreams& peer) = 0;
};

}  // namespace minpaas::hooks
