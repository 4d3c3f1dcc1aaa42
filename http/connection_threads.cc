#include "http/connection_threads.h"

#include <algorithm>
#include <chrono>
#include <system_error>

namespace minpaas::http {
namespace {

/// How long all others wait where each connection has a request.
constexpr std::chrono::milliseconds kRoomPatience{100};
constexpr std::chrono::milliseconds kRoomInterval{10};

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

/// Whether there is a place. One that has just come cannot be spared yet, so it is asked again.
bool ConnectionThreads::await_room() {
  const auto deadline = std::chrono::steady_clock::now() + kRoomPatience;
  bool was_made = false;
  for (;;) {
    reap();
    {
      std::unique_lock lock(mutex_);
      if (workers_.size() < most_) {
        return true;
      }
      if (was_made) {
        ended_.wait_until(lock, deadline, [this] {
          return std::ranges::any_of(workers_, [](const Worker& worker) { return worker.done; });
        });
      }
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return false;
    }
    was_made = was_made || make_room_();
    if (!was_made) {
      std::this_thread::sleep_for(kRoomInterval);
    }
  }
}

void ConnectionThreads::enqueue(std::function<void()> task) {
  if (!await_room()) {
    run_beyond(task);
    return;
  }
  std::unique_lock lock(mutex_);
  Worker& worker = workers_.emplace_back();
  try {
    worker.thread = std::thread([this, &worker, task] {
      task();
      const std::scoped_lock done(mutex_);
      worker.done = true;
      ended_.notify_all();
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
