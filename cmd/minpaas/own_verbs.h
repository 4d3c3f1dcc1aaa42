#pragma once

#include "cmd/minpaas/command_line.h"
#include "cmd/minpaas/ssh.h"
#include "cmd/minpaas/surroundings.h"

namespace minpaas::client {

/// What a verb of this program works with.
struct OwnCall {
  const CommandLine& line;
  const Ssh& ssh;
  Surroundings& surroundings;
};

/// Gives the repository of this folder a git remote that leads to the app. Offline. Errors:
/// InvalidInput, NotFound (no repository, no server), Conflict (the remote leads elsewhere),
/// Failed.
Result<int> init(const OwnCall& call);

/// Prints the app's URL, and opens it where there is a browser. Errors: as the server says;
/// NotFound.
Result<int> open(const OwnCall& call);

/// With a source (`--repo`, ...) the command of the server; else a `git push` of HEAD to the branch
/// that is deployed. Returns only when it has come to neither.
Result<int> deploy(const OwnCall& call);

/// Runs the command of the server. Returns only when `ssh` cannot be started or nobody knows which
/// server is meant.
Result<int> pass_on(const OwnCall& call);

}  // namespace minpaas::client
