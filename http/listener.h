#pragma once

#include <httplib.h>

#include <chrono>
#include <map>
#include <optional>
#include <thread>

#include "config/settings.h"
#include "core/base/guarded.h"
#include "http/api.h"
#include "http/peer_watch.h"

namespace minpaas::http {

/// httplib on one address: it parses requests and writes answers; sockets, deadlines and streams
/// are Connection's.
class Listener : public httplib::Server {
 public:
  Listener(Api& api, PeerWatch& watch, int most_connections);
  ~Listener() override;

  /// Errors: Conflict, Unavailable.
  Result<void> bind(const config::ListenAddress& address);
  void start();
  void end();

  [[nodiscard]] int open_connections() const {
    return open_.with([](const auto& open) { return static_cast<int>(open.size()); });
  }

  [[nodiscard]] int port() const { return port_; }

 private:
  /// What a connection does: since when it waits for a request; absent: it has one.
  using Waiting = std::optional<std::chrono::steady_clock::time_point>;

  bool process_and_close_socket(socket_t socket) override;
  void serve_connection(int fd);
  void note(int fd, Waiting waiting);
  bool make_room();
  HandlerResponse admit(const httplib::Request& request, httplib::Response& response);
  void serve(const httplib::Request& request, httplib::Response& response);

  Api& api_;
  PeerWatch& watch_;
  int port_ = 0;
  std::thread thread_;
  Guarded<std::map<int, Waiting>> open_;
  std::atomic<bool> ending_ = false;
};

}  // namespace minpaas::http
