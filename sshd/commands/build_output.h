#pragma once

#include <cstdint>
#include <optional>

#include "sshd/commands/invocation.h"

namespace minpaas::sshd::commands {

/// Prints the output of a build (the newest when `id` is absent) from its first line on, and
/// follows it to its end. The exit status tells how the build ended; that it failed is no error.
Result<int> print_build_output(Invocation& call, const AppName& app,
                               std::optional<std::int64_t> id);

}  // namespace minpaas::sshd::commands
