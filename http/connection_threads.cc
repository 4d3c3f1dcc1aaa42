#include "http/connection_threads.h"

#include <system_error>

namespace minpaas::http {
namespace {

thread_local bool beyond = false;

void run_beyond(const std::function<void()>& task) {
  beyond = true;
  task();
  beyond = false;
}

}  // namespace

bool ConnectionThreads::is_beyond() {
  return beyond;
}

void ConnectionThreads::reap() {
  std::list<Worker> ended;
  {
    const std::scoped_lock lock(mutex_);
    for (auto worker = workers_.begin(); worker != workers_.end();) {
      const auto next = std::next(worker);
      if (worker->done) {
        ended.splice(ended.end(), workers_, worker);
      }
      worker = next;
    }
  }
  for (Worker& worker : ended) {
    worker.thread.join();
  }
}

void ConnectionThreads::enqueue(std::function<void()> task) {
  reap();
  std::unique_lock lock(mutex_);
  if (workers_.size() >= most_) {
    lock.unlock();
    run_beyond(task);
    return;
  }
  Worker& worker = workers_.emplace_back();
  try {
    worker.thread = std::thread([this, &worker, task] {
      task();
      const std::scoped_lock done(mutex_);
      worker.done = true;
    });
  } catch (const std::system_error&) {
    // The system has no thread left.
    workers_.pop_back();
    lock.unlock();
    run_beyond(task);
  }
}

void ConnectionThreads::shutdown() {
  for (;;) {
    std::thread next;
    {
      const std::scoped_lock lock(mutex_);
      if (workers_.empty()) {
        return;
      }
      next = std::move(workers_.front().thread);
    }
    next.join();
    const std::scoped_lock lock(mutex_);
    workers_.pop_front();
  }
}

}  // namespace minpaas::http
