#pragma once

#include <string>
#include <string_view>

namespace minpaas {

/// What a caller may branch on. Every code has one exit status (PRODUCT: 1 failed, 2 wrong input,
/// 3 no such thing, 4 not allowed, 5 busy or in conflict, 124 timed out, 130 cancelled).
enum class ErrorCode {
  InvalidInput,
  NotFound,
  AlreadyExists,
  PermissionDenied,
  Conflict,
  Busy,
  Unavailable,
  NoSpace,
  Timeout,
  Cancelled,
  Disconnected,
  Corrupt,
  Failed,
  Internal,
};

/// `not_found`, `invalid_input`, ...: the `code` of a JSON error.
std::string_view to_string(ErrorCode code);
/// Exit status of a command that ends with this error.
int exit_status(ErrorCode code);

/// An expected failure. `message` is one line for people and may be shown to anyone who asked for
/// the operation; `hint` says what to do next (may be empty); `cause` is for the log only.
struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;
  std::string hint;
  std::string cause;

  /// The same error with "what: " put before the message. Used once per layer.
  [[nodiscard]] Error with_context(std::string_view what) const;
  [[nodiscard]] Error with_hint(std::string_view what_to_do) const;
  /// Message, hint and cause in one line, for the log.
  [[nodiscard]] std::string for_log() const;
};

}  // namespace minpaas
