#pragma once

#include "sshd/exec.h"
#include "sshd/git/git_request.h"

namespace minpaas {

/// Sends git's requests to the git service and all others to the commands.
class ExecSwitch : public sshd::ExecHandler {
 public:
  ExecSwitch(sshd::ExecHandler& git, sshd::ExecHandler& commands)
      : git_(git), commands_(commands) {}

  int run(const sshd::ExecRequest& request, ExecStreams& streams) override {
    return sshd::git::is_git_request(request.command) ? git_.run(request, streams)
                                                      : commands_.run(request, streams);
  }

  bool is_program(const sshd::ExecRequest& request) const override {
    return !sshd::git::is_git_request(request.command) && commands_.is_program(request);
  }

 private:
  sshd::ExecHandler& git_;
  sshd::ExecHandler& commands_;
};

}  // namespace minpaas
