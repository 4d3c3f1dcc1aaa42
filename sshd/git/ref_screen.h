#pragma once

#include <vector>

#include "sshd/git/push_target.h"

namespace minpaas::sshd::git {

/// What no target takes: names that are no ref names, and those that are the server's own.
/// One answer per command, in order.
std::vector<Refusal> screen_refs(const Push& push);

/// When one command is refused, the others are too: git's answer to a failed atomic push.
void refuse_others_if_any(std::vector<Refusal>& refusals);

}  // namespace minpaas::sshd::git
