#pragma once

#include <git2.h>
#include <git2/sys/transport.h>

#include <optional>
#include <string>
#include <vector>

#include "core/git/ssh_program.h"

/// Private to core/git.
namespace minpaas::git {

/// How libgit2 reaches a repository: with its own HTTP, or with the system's ssh. Must outlive the
/// remote that it is used for. Thread: one.
class FetchTransport {
 public:
  /// By HTTP, over guarded connections.
  FetchTransport() = default;

  /// By ssh, started with these arguments at the first request.
  explicit FetchTransport(std::vector<std::string> ssh) : ssh_(std::move(ssh)) {}

  FetchTransport(const FetchTransport&) = delete;
  FetchTransport& operator=(const FetchTransport&) = delete;

  /// A git_transport_cb; its parameter is the FetchTransport.
  static int make(git_transport** out, git_remote* owner, void* transport) noexcept;

  /// What ssh has said when it ended before its time.
  [[nodiscard]] const std::string& ssh_said() const { return ssh_said_; }

 private:
  struct Sub;
  struct Stream;

  int open(git_smart_subtransport_stream** out, Sub& sub, const char* url,
           git_smart_service_t service);
  int read(Stream& stream, char* into, size_t size, size_t* got);

  static int on_new(git_smart_subtransport** out, git_transport* owner, void* transport) noexcept;

  std::vector<std::string> ssh_;
  std::optional<SshProgram> program_;
  std::string ssh_said_;
  git_smart_subtransport_definition definition_{};
};

}  // namespace minpaas::git
