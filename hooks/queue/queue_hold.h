#pragma once

#include <memory>

#include "hooks/queue/deploy_queue.h"

namespace minpaas::hooks {

/// Keeps deploys of an app waiting as long as it lives.
class QueueHold {
 public:
  /// A deploy whose result is known still stops its old containers: with Nobody that is waited for,
  /// for a while. Errors: Busy (a deploy is under way, or its old containers do not end).
  static Result<std::unique_ptr<QueueHold>> take(DeployQueue& queue, const AppName& name,
                                                 Beside beside = Beside::Nobody);

  /// Null, at once, where DeployQueue::hold is false.
  static std::unique_ptr<QueueHold> try_take(DeployQueue& queue, const AppName& name,
                                             Beside beside = Beside::Nobody);

  QueueHold(const QueueHold&) = delete;
  QueueHold& operator=(const QueueHold&) = delete;

  ~QueueHold() { queue_.release(name_); }

 private:
  QueueHold(DeployQueue& queue, const AppName& name) : queue_(queue), name_(name) {}

  DeployQueue& queue_;
  AppName name_;
};

/// Opens the queue of an app, which was closed, again on every way out.
class QueueReopener {
 public:
  QueueReopener(DeployQueue& queue, const AppName& name) : queue_(queue), name_(name) {}

  QueueReopener(const QueueReopener&) = delete;
  QueueReopener& operator=(const QueueReopener&) = delete;

  ~QueueReopener() { queue_.reopen(name_); }

 private:
  DeployQueue& queue_;
  AppName name_;
};

}  // namespace minpaas::hooks
