#pragma once

#include <httplib.h>

#include <list>
#include <mutex>
#include <thread>

namespace minpaas::http {

/// One thread a connection, up to a number; what comes beyond is run at once on the accepting
/// thread, which turns it away. Thread: the accepting one.
class ConnectionThreads : public httplib::TaskQueue {
 public:
  explicit ConnectionThreads(std::size_t most) : most_(most) {}

  void enqueue(std::function<void()> task) override;
  /// Waits for all.
  void shutdown() override;

  void on_idle() override { reap(); }

  /// Whether the task that runs on this thread is beyond the number.
  static bool is_beyond();

 private:
  struct Worker {
    std::thread thread;
    bool done = false;
  };

  void reap();

  std::size_t most_;
  std::mutex mutex_;
  std::list<Worker> workers_;
};

}  // namespace minpaas::http
