#include "core/git/git_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace minpaas::git {

Result<void> check_git(int status, std::string_view action) {
  if (status >= 0) {
    return {};
  }
  const int system_error = errno;
  const git_error* last = git_error_last();
  // libgit2 1.5 forgets the message of some failed writes (class 0); errno then still tells.
  std::string cause = last != nullptr && last->message != nullptr ? last->message : "";
  if (cause.empty() || cause == "no error") {
    cause = std::strerror(system_error);
  }
  ErrorCode code = ErrorCode::Failed;
  if (status == GIT_ENOTFOUND) {
    code = ErrorCode::NotFound;
  } else if (status == GIT_EEXISTS) {
    code = ErrorCode::AlreadyExists;
  } else if (status == GIT_ELOCKED) {
    code = ErrorCode::Busy;
  } else if (status == GIT_EINVALIDSPEC) {
    code = ErrorCode::InvalidInput;
  } else if (cause.find("No space left") != std::string::npos) {
    return Error{ErrorCode::NoSpace, fmt::format("cannot {}: the disk is full", action),
                 "make room on the server's disk", cause};
  }
  return Error{code, fmt::format("cannot {}", action), "", cause};
}

}  // namespace minpaas::git
