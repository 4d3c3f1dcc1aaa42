#pragma once

#include "hooks/service/platform.h"
#include "sshd/exec.h"

namespace minpaas::sshd::commands {

/// Everything behind `ssh minpaas VERB ...`: reads the command, runs it on the platform, prints.
/// An empty command (a shell was asked for) is greeted with help. Exit statuses are those of
/// core/base/error.h. Holds no state; `platform` and `clock` must outlive it.
class CommandHandler : public ExecHandler {
 public:
  CommandHandler(hooks::Platform& platform, const Clock& clock)
      : platform_(platform), clock_(clock) {}

  /// Thread: any, several at once. The command may hold secrets: it is never logged here.
  int run(const ExecRequest& request, ExecStreams& streams) override;
  bool is_program(const ExecRequest& request) const override;

 private:
  int serve(const ExecRequest& request, ExecStreams& streams);
  int serve_stranger(const ExecRequest& request, ExecStreams& streams);

  hooks::Platform& platform_;
  const Clock& clock_;
};

}  // namespace minpaas::sshd::commands
