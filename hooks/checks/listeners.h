#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minpaas::hooks {

/// Who wants a port: the process was told it as $PORT, or a check has one of its own.
enum class PortOf { Process, Check };

/// A TCP socket that waits for connections.
struct Listener {
  /// `127.0.0.1`, `::`.
  std::string address;
  int port = 0;
  /// Reached by programs of the same container only.
  bool loopback = false;
};

/// The listening sockets in a /proc/net/tcp or tcp6 table (proc(5)); lines of another form are
/// skipped.
std::vector<Listener> parse_listeners(std::string_view table);

/// The listeners in the network namespace of the process, absent when it cannot be looked at or is
/// not the namespace that has `address` (the pid may belong to another host).
std::optional<std::vector<Listener>> listeners_of(int pid, std::string_view address);

/// What is wrong with an app that shall answer on `port` and refuses connections, for people:
/// `the app listens on 127.0.0.1:8000 only; listen on 0.0.0.0`.
std::string explain_refusal(const std::optional<std::vector<Listener>>& listeners, int port,
                            PortOf port_of = PortOf::Process);

}  // namespace minpaas::hooks
