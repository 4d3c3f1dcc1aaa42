#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/settings.h"
#include "http/backend.h"

namespace minpaas::http {

/// The HTTP API on its addresses. Thread: any; has one that accepts an address, one a connection
/// and one that watches peers.
class Server {
 public:
  /// Errors: Conflict (an address is taken), Unavailable.
  static Result<std::unique_ptr<Server>> create(const config::HttpSettings& settings,
                                                const Backend& backend);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Begins to accept.
  void start();
  /// Accepts no more, lets running requests know that their peers are to be left, and waits for
  /// them.
  void stop();

  struct Load {
    int connections = 0;
    /// Streams and requests that wait for a deploy or a program.
    int streams = 0;
  };

  [[nodiscard]] Load load() const;
  /// In the order of the settings.
  [[nodiscard]] std::vector<int> ports() const;

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace minpaas::http
