#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sshd/git/push_target.h"

namespace minpaas::sshd::git {

/// The words of report-status for each command, gitprotocol-pack(5), "Report Status".
/// `unpack` is `ok` or what went wrong; both kinds of reason are cut to one safe line.
std::string push_report(std::string_view unpack, const std::vector<RefCommand>& commands,
                        const std::vector<Refusal>& refusals);

}  // namespace minpaas::sshd::git
