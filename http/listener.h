#pragma once

#include <httplib.h>

#include <set>
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
    return open_.with([](const std::set<int>& open) { return static_cast<int>(open.size()); });
  }

  [[nodiscard]] int port() const { return port_; }

 private:
  bool process_and_close_socket(socket_t socket) override;
  void serve_connection(int fd);
  HandlerResponse admit(const httplib::Request& request, httplib::Response& response);
  void serve(const httplib::Request& request, httplib::Response& response);

  Api& api_;
  PeerWatch& watch_;
  int port_ = 0;
  std::thread thread_;
  Guarded<std::set<int>> open_;
  std::atomic<bool> ending_ = false;
};

}  // namespace minpaas::http
