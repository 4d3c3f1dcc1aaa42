#include "sshd/session_timers.h"

#include <algorithm>

namespace minpaas::sshd {

SessionTimers::SessionTimers(const Limits& limits, SteadyTime now)
    : limits_(limits),
      started_(now),
      last_received_(now),
      last_sent_(now),
      last_busy_(now),
      backlog_since_(now),
      waits_since_(now),
      last_keepalive_(now) {}

void SessionTimers::note(SteadyTime now, const SessionActivity& activity) {
  if (activity.in_bytes != in_bytes_) {
    in_bytes_ = activity.in_bytes;
    last_received_ = now;
  }
  if (activity.out_bytes != out_bytes_) {
    out_bytes_ = activity.out_bytes;
    last_sent_ = now;
  }
  if (activity.busy || (activity.authenticated && !authenticated_)) {
    last_busy_ = now;
  }
  if (!activity.socket_backlog) {
    backlog_since_ = now;
  }
  if (!activity.output_waits || activity.output_bytes != output_bytes_) {
    output_bytes_ = activity.output_bytes;
    waits_since_ = now;
  }
  authenticated_ = activity.authenticated;
}

std::optional<Expiry> SessionTimers::check(SteadyTime now, const SessionActivity& activity) {
  note(now, activity);
  if (!activity.authenticated) {
    const auto grace =
        activity.crowded ? std::min(limits_.grace, limits_.crowded_grace) : limits_.grace;
    return now - started_ >= grace ? std::optional(Expiry::Grace) : std::nullopt;
  }
  if (now - last_received_ >= limits_.silence) {
    return Expiry::PeerSilent;
  }
  if (now - std::max(backlog_since_, last_sent_) >= limits_.socket_stall ||
      now - waits_since_ >= limits_.idle) {
    return Expiry::Stalled;
  }
  if (now - last_busy_ >= limits_.idle) {
    return Expiry::Idle;
  }
  return std::nullopt;
}

bool SessionTimers::keepalive_due(SteadyTime now) {
  if (!authenticated_ || now - last_keepalive_ < limits_.keepalive) {
    return false;
  }
  last_keepalive_ = now;
  return true;
}

milliseconds SessionTimers::until_next(SteadyTime now) const {
  SteadyTime next = last_keepalive_ + limits_.keepalive;
  if (authenticated_) {
    next = std::min(next, last_busy_ + limits_.idle);
  } else {
    next = std::min(started_ + limits_.grace, now + limits_.crowd_look);
  }
  return std::clamp(std::chrono::ceil<milliseconds>(next - now), milliseconds(0),
                    milliseconds(15'000));
}

}  // namespace minpaas::sshd
