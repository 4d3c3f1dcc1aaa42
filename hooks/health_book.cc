#include "hooks/health_book.h"

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
    return Verdict::Noted;
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
    take_start(record);
  } else if (event.action == "kill") {
    // The engine says this before the end that it asks for; a crash comes without.
    record.asked_to_stop = true;
  } else if (event.action == "oom") {
    record.oom_seen = true;
  }
  return Verdict::Noted;
}

HealthBook::Verdict HealthBook::take_end(Record& record, const EngineEvent& event) {
  record.health.last_exit_code = event.exit_code;
  record.health.last_ended_at = event.at;
  record.health.out_of_memory = std::exchange(record.oom_seen, false);
  if (std::exchange(record.asked_to_stop, false)) {
    return Verdict::Noted;
  }
  record.ended = true;
  record.ends.push_back(event.at);
  while (event.at - record.ends.front() > kCrashWindow) {
    record.ends.pop_front();
  }
  if (record.health.crashed || record.ends.size() < kCrashes) {
    return Verdict::Ended;
  }
  record.health.crashed = true;
  return Verdict::CrashLoop;
}

void HealthBook::take_start(Record& record) {
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

}  // namespace minpaas::hooks
