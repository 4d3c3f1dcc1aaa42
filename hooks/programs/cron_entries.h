#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/app/release.h"
#include "core/base/clock.h"
#include "core/state/cron_store.h"

/// What an app.json's cron says, with ids and times. No I/O.
namespace minpaas::hooks {

struct NamedCronEntry {
  std::string id;
  CronEntry entry;
};

/// Six hex digits of each schedule and command; the second of two equal ones gets `-2`.
std::vector<NamedCronEntry> name_entries(const std::vector<CronEntry>& entries);

/// The first whole minute after `after` in which it runs. Absent: never within the eight years
/// that a 29th of February takes at most.
std::optional<SystemTime> next_run(const CronSchedule& schedule, SystemTime after);

/// Whether it runs in the minute that `time` lies in.
bool runs_in_minute(const CronSchedule& schedule, SystemTime time);

/// The row of a run that begins.
state::CronRun new_run(const Release& live, const NamedCronEntry& entry, std::string started_by,
                       SystemTime now);

}  // namespace minpaas::hooks
