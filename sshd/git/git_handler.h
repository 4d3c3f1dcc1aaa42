#pragma once

#include <atomic>
#include <cstdint>

#include "config/settings.h"
#include "hooks/service/platform.h"
#include "sshd/exec.h"
#include "sshd/git/git_request.h"
#include "sshd/git/push_slots.h"

namespace minpaas::sshd::git {

/// Serves the exec requests of git clients. An app that is not there and one that the actor may not
/// use get the same words. Thread: any, one per request.
class GitHandler : public ExecHandler {
 public:
  /// Both must outlive the handler.
  GitHandler(hooks::Platform& platform, const config::GitSettings& settings);

  /// For requests that is_git_request() takes.
  int run(const ExecRequest& request, ExecStreams& streams) override;

  /// Of all pushes so far, packs and what goes before them. Thread: any.
  [[nodiscard]] std::uint64_t received_bytes() const { return received_bytes_; }

 private:
  /// Errors: those of the platform, PermissionDenied (the scope of the key).
  Result<hooks::PushPlace> open_for_push(const Actor& actor, const AppName& name);
  Result<hooks::FetchSource> open_for_fetch(const Actor& actor, const AppName& name);
  int receive(const ExecRequest& request, std::string_view repository, ExecStreams& streams);
  void put_denied_on_record(const Actor& actor, const AppName& name, std::string_view action,
                            const Error& error);
  int upload(const ExecRequest& request, std::string_view repository, ExecStreams& streams);

  hooks::Platform& platform_;
  const config::GitSettings& settings_;
  std::atomic<std::uint64_t> received_bytes_ = 0;
  PushSlots slots_;
  PushSlots fetch_slots_;
};

}  // namespace minpaas::sshd::git
