#include "hooks/supervision/health_book.h"

#include <algorithm>

namespace minpaas::hooks {

using docker::ContainerId;
using docker::EngineEvent;

bool HealthBook::is_repeated(const EngineEvent& event) {
  if (last_ && event.at < *last_) {
    // Two that happened at once may be told in either order; a stream resumes from `last_` on.
    return false;
  }
  if (last_ != event.at) {
    last_ = event.at;
    at_last_.clear();
  }
  return !at_last_.emplace(event.container, event.action).second;
}

HealthBook::Verdict HealthBook::take(const EngineEvent& event) {
  if (is_repeated(event)) {
    return Verdict::Repeated;
  }
  if (event.action == "destroy") {
    records_.erase(event.container);
    return Verdict::Gone;
  }
  Record& record = records_[event.container];
  if (event.action == "die") {
    return take_end(record, event);
  }
  if (event.action == "start") {
    take_start(record, event.at);
  } else if (event.action == "kill") {
    // The engine says this before the end that it asks for; a crash comes without.
    record.asked_to_stop = true;
  }
  return Verdict::Noted;
}

HealthBook::Verdict HealthBook::take_end(Record& record, const EngineEvent& event) {
  record.health.last_exit_code = event.exit_code;
  if (std::exchange(record.asked_to_stop, false)) {
    return Verdict::Noted;
  }
  record.ended = true;
  const bool was_calm = record.started_at && event.at - *record.started_at > kCrashWindow;
  record.short_runs = was_calm ? 0 : record.short_runs + 1;
  if (record.health.crashed) {
    return Verdict::Ended;
  }
  if (was_calm) {
    record.loops = 0;
  }
  if (was_calm || (record.loops == 0 && record.short_runs < kCrashes)) {
    return Verdict::Ended;
  }
  begin_rest(record, event.at);
  return Verdict::CrashLoop;
}

void HealthBook::begin_rest(Record& record, SystemTime now) {
  record.rest = record.loops == 0 ? kFirstRest : std::min(2 * record.rest, kLastRest);
  ++record.loops;
  record.retry_at = now + record.rest;
  record.health.crashed = true;
}

void HealthBook::take_start(Record& record, SystemTime at) {
  record.started_at = at;
  if (record.health.crashed && (at >= record.retry_at || at < record.retry_at - record.rest)) {
    // Before, it is the engine that has been quicker than the stop.
    record.health.crashed = false;
    record.short_runs = 0;
  }
  if (std::exchange(record.ended, false)) {
    ++record.health.restarts;
  }
  record.asked_to_stop = false;
}

std::optional<ProcessHealth> HealthBook::find(const ContainerId& container) const {
  const auto found = records_.find(container);
  return found == records_.end() ? std::nullopt : std::optional(found->second.health);
}

std::set<ContainerId> HealthBook::crashed() const {
  std::set<ContainerId> ids;
  for (const auto& [id, record] : records_) {
    if (record.health.crashed) {
      ids.insert(id);
    }
  }
  return ids;
}

std::set<ContainerId> HealthBook::resting(SystemTime now) const {
  std::set<ContainerId> ids = crashed();
  std::erase_if(ids, [&](const ContainerId& id) {
    const Record& record = records_.at(id);
    // A clock that was set back must not keep it from being tried.
    return record.retry_at <= now || record.retry_at > now + record.rest;
  });
  return ids;
}

std::optional<SystemTime> HealthBook::next_retry(SystemTime now) const {
  std::optional<SystemTime> next;
  for (const ContainerId& id : resting(now)) {
    const SystemTime at = records_.at(id).retry_at;
    next = next ? std::min(*next, at) : at;
  }
  return next;
}

seconds HealthBook::rest_of(const ContainerId& container) const {
  const auto found = records_.find(container);
  return found == records_.end() || !found->second.health.crashed ? seconds(0) : found->second.rest;
}

}  // namespace minpaas::hooks
