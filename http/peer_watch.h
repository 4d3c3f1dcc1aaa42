#pragma once

#include <functional>
#include <list>
#include <stop_token>
#include <thread>

#include "core/base/fd.h"
#include "core/base/guarded.h"

namespace minpaas::http {

/// Notices peers that leave while their request is at work, and ends what waits for them; lets
/// those that stay know that the server is there. Thread: any; has one of its own.
class PeerWatch {
 public:
  explicit PeerWatch(WakeUp wake);
  ~PeerWatch();
  PeerWatch(const PeerWatch&) = delete;
  PeerWatch& operator=(const PeerWatch&) = delete;

  /// Watches a socket for as long as it lives. The socket must outlive it.
  class Watched {
   public:
    /// `tick` is called about every second, under a lock: it must not block.
    Watched(PeerWatch& watch, int fd, std::function<void()> tick);
    ~Watched();
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

    [[nodiscard]] std::stop_token gone() const { return gone_.get_token(); }

   private:
    friend class PeerWatch;
    PeerWatch& watch_;
    int fd_;
    std::function<void()> tick_;
    std::stop_source gone_;
  };

  /// As if all peers had left, those that come later too.
  void end_all();

  /// Requested by end_all() alone.
  [[nodiscard]] std::stop_token ending() const { return ending_.get_token(); }

 private:
  struct State {
    std::list<Watched*> all;
    bool ended = false;
  };

  void watch(const std::stop_token& stop);

  WakeUp wake_;
  std::stop_source ending_;
  Guarded<State> state_;
  std::jthread thread_;
};

}  // namespace minpaas::http
