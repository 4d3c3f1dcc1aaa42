#pragma once

#include <httplib.h>

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace minpaas::http {

/// One thread a connection, up to a number. For what comes beyond `make_room` is asked to end one
/// that can be spared (whether there was one); where none ends soon, it is run on the accepting
/// thread, which turns it away. Thread: the accepting one.
class ConnectionThreads : public httplib::TaskQueue {
 public:
  ConnectionThreads(std::size_t most, std::function<bool()> make_room)
      : most_(most), make_room_(std::move(make_room)) {}

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
  bool await_room();

  std::size_t most_;
  std::function<bool()> make_room_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::list<Worker> workers_;
};

}  // namespace minpaas::http
