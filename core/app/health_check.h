#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"

namespace minpaas {

/// startup: before the release goes live. readiness: the same, as a reader of Kubernetes' words
/// means it before the first request. liveness: while the release is live.
enum class CheckKind { Startup, Liveness, Readiness };
std::string_view to_string(CheckKind kind);

/// What is done when a check has failed for good. Empty: nothing.
struct FailureHook {
  /// Program and arguments, inside the container.
  std::vector<std::string> command = {};
  /// Is told with a POST; a web URL.
  std::string url = {};

  [[nodiscard]] bool empty() const { return command.empty() && url.empty(); }

  bool operator==(const FailureHook&) const = default;
};

/// One thing that shows that a process is healthy: exactly one of `path`, `command`, `listening`
/// and `uptime` is asked for.
struct HealthCheck {
  CheckKind kind = CheckKind::Startup;
  /// For people; may be empty.
  std::string name = {};
  /// Answers GET with a status below `bad_status_from`.
  std::string path = {};
  int bad_status_from = 400;
  /// What the answer must contain.
  std::string content = {};
  /// Header name and value.
  std::vector<std::pair<std::string, std::string>> headers = {};
  /// Program and arguments that end with status 0 inside the container.
  std::vector<std::string> command = {};
  /// Accepts connections.
  bool listening = false;
  /// Has run for so long.
  std::optional<seconds> uptime = std::nullopt;
  /// Of the container; 0: the one of the process.
  int port = 0;
  /// Failures in a row that are one too many.
  std::optional<int> attempts = std::nullopt;
  /// Between two attempts.
  std::optional<seconds> wait = std::nullopt;
  /// Of one attempt.
  std::optional<seconds> timeout = std::nullopt;
  seconds initial_delay{0};
  /// Its failure is told and has no other consequence.
  bool warn = false;
  FailureHook on_failure = {};

  bool operator==(const HealthCheck&) const = default;
};

/// A path for a check: of HTTP, without spaces and controls.
bool is_check_path(std::string_view text);

/// `path /up`, `command bin/check`, `listening`, `uptime 10 s`: for people, safe for a terminal.
std::string describe(const HealthCheck& check);

}  // namespace minpaas
