#pragma once

#include <functional>

#include "core/base/console.h"
#include "core/base/result.h"

namespace minpaas::docker {

/// Sends a signal to a process of this host, by its id.
using SignalProcess = std::function<Result<void>(int pid, Signal signal)>;

/// To the group that the process leads, else to the process alone. One that is gone counts as done.
/// Errors: PermissionDenied.
Result<void> signal_process_group(int pid, Signal signal);

}  // namespace minpaas::docker
