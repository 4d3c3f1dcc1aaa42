#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "core/base/fd.h"
#include "core/base/guarded.h"

namespace minpaas::test {

/// A small server on a loopback address: it does the same with every connection.
class LoopbackServer {
 public:
  enum class Manner {
    /// Reads the request, then sends the answer.
    Answer,
    /// Closes without a word.
    Close,
    /// Accepts, then says nothing.
    Silent
  };

  /// Listens until destroyed; port 0 takes a free one. Throws when it cannot.
  explicit LoopbackServer(const std::string& answer, const std::string& address = "127.0.0.1",
                          int port = 0, Manner manner = Manner::Answer);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  /// `HTTP/1.1 STATUS X` with a body of two bytes.
  static std::string http(int status);

  [[nodiscard]] int port() const { return port_; }

  [[nodiscard]] int connections() const { return connections_; }

  /// The first bytes of the newest request.
  [[nodiscard]] std::string received() const;

 private:
  void serve(const std::stop_token& stop);
  void treat(int connection);

  std::string answer_;
  Manner manner_;
  Fd listener_;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  Guarded<std::string> received_;
  std::jthread thread_;
};

}  // namespace minpaas::test
