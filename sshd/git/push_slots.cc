#include "sshd/git/push_slots.h"

namespace minpaas::sshd::git {

PushSlots::Slot::~Slot() {
  if (slots_ == nullptr) {
    return;
  }
  slots_->queue_.update([&](Queue& queue) {
    --queue.running_total;
    if (--queue.running[repository_] == 0) {
      queue.running.erase(repository_);
    }
  });
}

bool PushSlots::may_go(const Queue& queue, std::list<std::string>::const_iterator ticket) const {
  const auto has_room = [&](const std::string& repository) {
    const auto running = queue.running.find(repository);
    return running == queue.running.end() || running->second < per_repository_;
  };
  if (queue.running_total >= total_ || !has_room(*ticket)) {
    return false;
  }
  // Those who came before go first, unless their repository itself is what holds them up.
  for (auto before = queue.waiting.begin(); before != ticket; ++before) {
    if (has_room(*before)) {
      return false;
    }
  }
  return true;
}

Result<PushSlots::Slot> PushSlots::acquire(const std::string& repository, SteadyTime deadline,
                                           const std::stop_token& gone) {
  const auto ticket = queue_.with(
      [&](Queue& queue) { return queue.waiting.insert(queue.waiting.end(), repository); });
  const bool entered = queue_.wait_until(
      deadline, gone, [&](const Queue& queue) { return may_go(queue, ticket); },
      [&](Queue& queue) {
        const bool may_enter = !gone.stop_requested() && may_go(queue, ticket);
        queue.waiting.erase(ticket);
        if (may_enter) {
          ++queue.running_total;
          ++queue.running[repository];
        }
        return may_enter;
      });
  if (entered) {
    return Slot(this, repository);
  }
  // Whoever stood behind this ticket may be free to go now.
  queue_.update([](Queue& /*queue*/) {});
  if (gone.stop_requested()) {
    return Error{ErrorCode::Cancelled, "cancelled", "", ""};
  }
  return Error{ErrorCode::Busy, "the server is taking in too many pushes", "try again in a moment",
               ""};
}

}  // namespace minpaas::sshd::git
