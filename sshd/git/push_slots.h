#pragma once

#include <list>
#include <map>
#include <stop_token>
#include <string>
#include <utility>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/base/result.h"

namespace minpaas::sshd::git {

/// How many packs are taken in at once, in all and per repository: each may need much memory. Who
/// waits longest goes first. Thread: any. Must outlive its slots.
class PushSlots {
 public:
  PushSlots(int total, int per_repository) : total_(total), per_repository_(per_repository) {}

  /// Gives its place back when destroyed.
  class Slot {
   public:
    Slot(Slot&& other) noexcept
        : slots_(std::exchange(other.slots_, nullptr)), repository_(std::move(other.repository_)) {}

    Slot& operator=(Slot&&) = delete;
    ~Slot();

   private:
    friend class PushSlots;

    Slot(PushSlots* slots, std::string repository)
        : slots_(slots), repository_(std::move(repository)) {}

    PushSlots* slots_;
    std::string repository_;
  };

  /// Errors: Busy at the deadline, Cancelled when `gone` is requested.
  Result<Slot> acquire(const std::string& repository, SteadyTime deadline,
                       const std::stop_token& gone);

 private:
  struct Queue {
    /// Repositories that wait, in order of arrival.
    std::list<std::string> waiting;
    std::map<std::string, int> running;
    int running_total = 0;
  };

  /// Whether the place `ticket` of the queue may go now.
  [[nodiscard]] bool may_go(const Queue& queue,
                            std::list<std::string>::const_iterator ticket) const;

  int total_;
  int per_repository_;
  Guarded<Queue> queue_;
};

}  // namespace minpaas::sshd::git
