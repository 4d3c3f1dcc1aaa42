#pragma once

#include "config/settings.h"
#include "hooks/platform.h"
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

 private:
  int receive(const ExecRequest& request, std::string_view repository, ExecStreams& streams);
  void put_denied_on_record(const Actor& actor, const AppName& name, std::string_view action,
                            const Error& error);
  int upload(const ExecRequest& request, std::string_view repository, ExecStreams& streams);

  hooks::Platform& platform_;
  const config::GitSettings& settings_;
  PushSlots slots_;
  PushSlots fetch_slots_;
};

}  // namespace minpaas::sshd::git
