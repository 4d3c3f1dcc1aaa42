#pragma once

#include <sys/socket.h>

#include <stop_token>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/fd.h"
#include "core/base/result.h"

namespace minpaas {

/// Which addresses a connection on someone's behalf may go to.
enum class Reach {
  /// Those of the public internet: nothing of this machine, its networks or its cloud.
  Public,
  Anywhere,
};

/// One address of a host, with its port.
struct HostAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;

  /// `192.0.2.1`, `2001:db8::1`
  [[nodiscard]] std::string str() const;
  /// Whether it is one of the public internet (IANA special-purpose registries of RFC 6890).
  [[nodiscard]] bool is_public() const;
};

/// The addresses of a host that `reach` allows, in the resolver's order; to be connected to as they
/// are, since a name may have others a moment later. Blocks as long as the resolver does. Errors:
/// NotFound (there is no such host), PermissionDenied (it has others only).
Result<std::vector<HostAddress>> resolve(const std::string& host, const std::string& port,
                                         Reach reach);

/// Connects to the first of the host's addresses that answers. The socket does not block. Errors:
/// those of resolve, Unavailable, Timeout, Cancelled.
Result<Fd> dial(const std::string& host, const std::string& port, Reach reach, SteadyTime deadline,
                const std::stop_token& stop);

/// Waits until `fd` can be read (POLLIN) or written (POLLOUT). Errors: Timeout, Cancelled.
Result<void> wait_for(int fd, short events, SteadyTime deadline, const std::stop_token& stop);

}  // namespace minpaas
