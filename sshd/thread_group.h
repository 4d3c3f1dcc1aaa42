#pragma once

#include <pthread.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/result.h"

namespace minpaas::sshd {

/// Threads with small stacks that are always joined: std::thread cannot set a stack size, and a
/// detached thread may outlive what it uses. Thread: any, but one thread joins.
class ThreadGroup {
 public:
  /// `wake` is signalled whenever a thread has ended, so that its owner can reap.
  explicit ThreadGroup(const WakeUp& wake) : wake_(wake) {}

  ThreadGroup(const ThreadGroup&) = delete;
  ThreadGroup& operator=(const ThreadGroup&) = delete;
  /// Waits for every thread, however long that takes.
  ~ThreadGroup();

  /// Runs `body` on a new thread with all signals blocked. An exception that leaves `body` is
  /// logged as a bug. Errors: Unavailable when the system has no thread left.
  Result<void> start(const std::string& name, std::size_t stack_bytes, std::function<void()> body);
  /// Joins the threads that have ended. Never blocks for long.
  void reap();
  /// Joins all. False when some still run at `deadline`.
  bool join_until(SteadyTime deadline);
  [[nodiscard]] std::size_t running() const;

 private:
  struct Task {
    ThreadGroup* group;
    std::string name;
    std::function<void()> body;
  };

  static void* run(void* task);
  void finished(pthread_t thread);

  const WakeUp& wake_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t running_ = 0;
  std::vector<pthread_t> ended_;
};

}  // namespace minpaas::sshd
