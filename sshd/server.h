#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/settings.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "sshd/exec.h"
#include "sshd/host_keys.h"

namespace minpaas::sshd {

struct ServerOptions {
  config::SshSettings settings;
  /// Requests that run at the same time, over all connections.
  std::size_t most_requests = 512;
  /// Penalties also for 127.0.0.0/8 and ::1, which tests come from.
  bool penalize_loopback = false;
};

/// The SSH server: listens, lets people in by their keys, and hands every exec or shell request to
/// the handler on a thread of its own. One thread accepts, one serves each connection, one runs
/// each request. The process must ignore SIGPIPE.
class Server {
 public:
  /// Binds the addresses of the settings (port 0: any) and checks the installed libssh; nothing is
  /// accepted before start(). Authenticator, handler and clock outlive the server. Errors:
  /// Unavailable, PermissionDenied, InvalidInput (addresses), Internal (libssh).
  static Result<std::unique_ptr<Server>> create(const ServerOptions& options, const HostKeys& keys,
                                                Authenticator& authenticator, ExecHandler& handler,
                                                const Clock& clock);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Stops with no grace and then waits for every thread.
  ~Server();

  /// The port of each listen address, in their order.
  [[nodiscard]] std::vector<int> ports() const;

  /// Connections that are logged in now, and requests that run on them. Thread: any.
  struct Load {
    int sessions = 0;
    std::size_t requests = 0;
  };

  [[nodiscard]] Load load() const;
  /// Begins to accept. Call once. Errors: Unavailable when there is no thread.
  Result<void> start();
  /// Stops accepting, refuses new requests, lets git requests run for up to `git_grace`, tells all
  /// others to end at once, then closes every connection and joins the threads. True when all have
  /// ended; false when a request still ran 5 seconds after it was told to: leave the program with
  /// _exit() then. May be called again. Thread: the one that called start().
  [[nodiscard]] bool stop(milliseconds git_grace);

 private:
  struct Impl;

  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

/// Version of the SSH library that is loaded, for the doctor.
std::string libssh_version();

}  // namespace minpaas::sshd
