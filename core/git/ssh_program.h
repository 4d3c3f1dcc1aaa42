#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "core/base/fd.h"
#include "core/base/result.h"
#include "core/git/fetch_guard.h"

namespace minpaas::git {

/// The system's ssh with git-upload-pack at its other end. Thread: one.
class SshProgram {
 public:
  /// Errors: NotFound (there is no ssh).
  static Result<SshProgram> start(const std::vector<std::string>& arguments);
  SshProgram(SshProgram&& other) noexcept;
  SshProgram& operator=(SshProgram&&) = delete;
  /// Ends it at once.
  ~SshProgram();

  /// As ::read and ::write, within the bounds of `guard`; -1 when they fail.
  ssize_t read(FetchGuard& guard, char* into, std::size_t size);
  ssize_t write(FetchGuard& guard, const char* bytes, std::size_t size);

  /// The end of what it said on stderr, when it has ended or closed its output.
  std::string last_words();

 private:
  SshProgram() = default;

  pid_t pid_ = -1;
  Fd in_;
  Fd out_;
  Fd err_;
};

}  // namespace minpaas::git
