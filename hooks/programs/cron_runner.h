#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/base/guarded.h"
#include "hooks/access/failed_tries.h"
#include "hooks/pipeline/pipeline_parts.h"
#include "hooks/programs/cron_entries.h"
#include "hooks/programs/one_off.h"
#include "hooks/programs/program_run.h"
#include "hooks/service/events.h"

namespace minpaas::hooks {

/// Runs commands of app.json's cron, each in a container of its own, and keeps what became of them.
/// An entry runs once at a time, whatever its app is called meanwhile. Thread: any.
class CronRunner {
 public:
  /// A run by the clock that failed or was cut goes on record, once in so long for an entry of an
  /// app: events stay for ever, and the history has all runs.
  static constexpr std::chrono::hours kRecorded{1};

  CronRunner(const PipelineParts& parts, OneOffs& one_offs, Events& events)
      : parts_(parts), one_offs_(one_offs), events_(events), failures_(parts.clock, kRecorded) {}

  /// The entry is taken as long as it lives.
  class Claim {
   public:
    /// Label of the app, id of the entry.
    using Key = std::pair<std::string, std::string>;

    Claim(CronRunner& runner, Key key) : runner_(runner), key_(std::move(key)) {}

    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;
    ~Claim();

    [[nodiscard]] const std::string& app_label() const { return key_.first; }

   private:
    CronRunner& runner_;
    Key key_;
  };

  /// Null: it runs already, or waits to.
  std::unique_ptr<Claim> claim(const state::AppRow& app, const std::string& id);
  /// To its end, in front of `peer`. `started_by` is empty for the clock, whose runs have the time
  /// limit of the settings. Errors: those of run_one_off, Timeout; they are in the history too.
  Result<ProgramOutcome> run(const Release& live, const NamedCronEntry& entry,
                             std::string started_by, ExecStreams& peer);
  /// Notes that its time came while the one before had not ended.
  void note_skipped(const Release& live, const NamedCronEntry& entry);
  /// Notes at the start of the server that what runs by its history was cut off by its end.
  void note_cut();

 private:
  Result<ProgramOutcome> attempt(const state::CronRun& row, const Release& live, ExecStreams& peer,
                                 std::string& output);
  void finish(state::CronRun row, const Result<ProgramOutcome>& outcome, std::string output);
  void put_on_record(const state::CronRun& row);

  const PipelineParts& parts_;
  OneOffs& one_offs_;
  Events& events_;
  FailedTries failures_;
  Guarded<std::set<Claim::Key>> claimed_;
};

}  // namespace minpaas::hooks
