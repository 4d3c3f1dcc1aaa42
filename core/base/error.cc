#include "core/base/error.h"

namespace minpaas {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidInput:
      return "invalid_input";
    case ErrorCode::NotFound:
      return "not_found";
    case ErrorCode::AlreadyExists:
      return "already_exists";
    case ErrorCode::PermissionDenied:
      return "permission_denied";
    case ErrorCode::Conflict:
      return "conflict";
    case ErrorCode::Busy:
      return "busy";
    case ErrorCode::Unavailable:
      return "unavailable";
    case ErrorCode::NoSpace:
      return "no_space";
    case ErrorCode::Timeout:
      return "timeout";
    case ErrorCode::Cancelled:
      return "cancelled";
    case ErrorCode::Disconnected:
      return "disconnected";
    case ErrorCode::Corrupt:
      return "corrupt";
    case ErrorCode::Failed:
      return "failed";
    case ErrorCode::Internal:
      return "internal";
  }
  return "internal";
}

int exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidInput:
      return 2;
    case ErrorCode::NotFound:
      return 3;
    case ErrorCode::PermissionDenied:
      return 4;
    case ErrorCode::AlreadyExists:
    case ErrorCode::Conflict:
    case ErrorCode::Busy:
      return 5;
    case ErrorCode::Timeout:
      return 124;
    case ErrorCode::Cancelled:
      return 130;
    case ErrorCode::Unavailable:
    case ErrorCode::NoSpace:
    case ErrorCode::Disconnected:
    case ErrorCode::Corrupt:
    case ErrorCode::Failed:
    case ErrorCode::Internal:
      return 1;
  }
  return 1;
}

Error Error::with_context(std::string_view what) const {
  Error wrapped = *this;
  wrapped.message = std::string(what) + ": " + message;
  return wrapped;
}

Error Error::with_hint(std::string_view what_to_do) const {
  Error wrapped = *this;
  wrapped.hint = what_to_do;
  return wrapped;
}

std::string Error::for_log() const {
  std::string line = message;
  if (!hint.empty()) {
    line += " (" + hint + ")";
  }
  if (!cause.empty()) {
    line += " [cause: " + cause + "]";
  }
  return line;
}

}  // namespace minpaas
