#pragma once

#include <sys/socket.h>

#include <optional>
#include <vector>

#include "config/settings.h"
#include "core/base/fd.h"
#include "core/base/result.h"

namespace minpaas::sshd {

/// A connection as the kernel hands it over: close-on-exec, non-blocking, options set.
struct Accepted {
  Fd fd;
  sockaddr_storage peer{};
};

/// A listening TCP socket. Thread: one.
class Listener {
 public:
  /// Binds and listens. An IPv6 address takes IPv6 only, so that `0.0.0.0` and `[::]` can stand
  /// side by side; port 0 lets the kernel choose. Errors: InvalidInput for what is no address,
  /// Unavailable when it is taken or not ours, PermissionDenied.
  static Result<Listener> open(const config::ListenAddress& address);

  [[nodiscard]] int fd() const { return fd_.get(); }

  [[nodiscard]] int port() const { return port_; }

  /// The next connection; absent when none waits. Errors: Busy when the process or the system has
  /// no descriptor left, so that the caller pauses instead of spinning.
  Result<std::optional<Accepted>> accept() const;

 private:
  Listener(Fd fd, int port) : fd_(std::move(fd)), port_(port) {}

  Fd fd_;
  int port_;
};

/// TCP_QUICKACK: the peer's small handshake packets otherwise wait for a delayed acknowledgement
/// (40 ms each). The kernel takes it back by itself, so it is set again every turn.
void acknowledge_quickly(int fd);

}  // namespace minpaas::sshd
