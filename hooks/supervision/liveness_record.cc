#include "hooks/supervision/liveness_record.h"

#include <algorithm>

namespace minpaas::hooks {

LivenessRecord::LivenessRecord(std::vector<HealthCheck> checks, seconds patience, SteadyTime now)
    : checks_(std::move(checks)),
      patience_(patience),
      failures_(checks_.size(), 0),
      began_(now),
      not_before_(now) {}

bool LivenessRecord::is_too_many(std::size_t check) const {
  return failures_[check] >= checks_[check].attempts.value_or(1);
}

bool LivenessRecord::is_failing() const {
  for (std::size_t i = 0; i < checks_.size(); ++i) {
    if (is_too_many(i)) {
      return true;
    }
  }
  return false;
}

void LivenessRecord::passed(std::size_t check, SteadyTime now) {
  has_started_ = true;
  failures_[check] = 0;
  if (std::ranges::any_of(failures_, [](int count) { return count > 0; })) {
    return;
  }
  if (!well_since_) {
    well_since_ = now;
  }
  if (now - *well_since_ >= kCalm) {
    in_a_row_ = 0;
  }
}

LivenessRecord::Verdict LivenessRecord::failed(std::size_t check, SteadyTime now) {
  if (!has_started_ && now < began_ + patience_) {
    return Verdict::None;
  }
  has_started_ = true;
  ++failures_[check];
  well_since_.reset();
  const bool restarts = is_too_many(check) && !checks_[check].warn && now >= not_before_;
  return restarts ? Verdict::Restart : Verdict::None;
}

void LivenessRecord::restarted(SteadyTime now) {
  ++restarts_;
  ++in_a_row_;
  auto backoff = kFirstBackoff;
  for (int i = 1; i < in_a_row_ && backoff < kLastBackoff; ++i) {
    backoff *= 2;
  }
  not_before_ = now + std::min(backoff, kLastBackoff);
  begun_anew(now);
}

void LivenessRecord::begun_anew(SteadyTime now) {
  failures_.assign(failures_.size(), 0);
  well_since_.reset();
  has_started_ = false;
  began_ = now;
}

}  // namespace minpaas::hooks
