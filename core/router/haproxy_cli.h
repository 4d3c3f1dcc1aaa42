#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/guarded.h"
#include "core/base/result.h"

namespace minpaas::router {

/// What `show proc` tells of a master and its workers.
struct HaproxyProcesses {
  int reloads = 0;
  int failed_reloads = 0;
  /// The one that takes new connections comes first; the others end with their connections.
  std::vector<int> workers;
};

/// Errors: Corrupt.
Result<HaproxyProcesses> parse_processes(std::string_view text);

/// A server of a backend, as `show servers state` tells.
struct HaproxyServer {
  std::string address;
  int port = 0;
  /// In maintenance: gets no new request.
  bool in_maintenance = false;
};

/// Name -> server. Errors: Corrupt.
Result<std::map<std::string, HaproxyServer>> parse_servers(std::string_view text);

/// Requests and WebSockets at each server of a backend now, as `show stat` tells (field scur).
/// Errors: Corrupt.
Result<std::map<std::string, int>> parse_sessions(std::string_view csv);

/// A request or a connection that was upgraded, as `show sess` tells.
struct HaproxyStream {
  /// `0x55e3...`
  std::string id;
  std::string backend;
  std::string server;
};

/// What is not understood is left out.
std::vector<HaproxyStream> parse_streams(std::string_view text);

/// Commands to a running HAProxy by the socket of its master (HAProxy management guide, "Master
/// CLI"). Thread: any; each call is a connection of its own with a deadline.
///
/// The master has ten such connections at most. One to a worker that ends just then brings nothing
/// and can stay taken until the next reload, so a worker is not asked again until then.
class HaproxyCli {
 public:
  explicit HaproxyCli(std::filesystem::path master_socket) : socket_(std::move(master_socket)) {}

  /// Errors: Unavailable (nobody answers), Timeout.
  Result<std::string> ask(std::string_view command) const;
  /// The same to one worker. Errors: also Unavailable (it ends, or has ended).
  Result<std::string> ask_worker(int worker, std::string_view command) const;
  /// The same for a change. `expected`: what the answer says on success, empty: nothing. Errors:
  /// also Failed (it was refused).
  Result<void> change_worker(int worker, std::string_view command, std::string_view expected) const;
  /// Without workers that were found to end since the last reload.
  Result<HaproxyProcesses> processes() const;

 private:
  /// Workers that the master may still list.
  struct Ended {
    int reloads = 0;
    std::set<int> workers;
  };

  std::filesystem::path socket_;
  mutable Guarded<Ended> ended_;
};

}  // namespace minpaas::router
