#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/app/config_var.h"
#include "core/app/release.h"
#include "core/base/console.h"
#include "core/docker/engine.h"
#include "hooks/one_off.h"
#include "hooks/process_set.h"

/// Programs that run for a person who sits in front of them. They end with that person's
/// connection.
namespace minpaas::hooks {

struct ProgramRequest {
  /// The program and its arguments; no shell sees them.
  std::vector<std::string> words = {};
  /// Beside the config of the app, and before it.
  ConfigVars env = {};
  /// Present: it gets a terminal of this size.
  std::optional<WindowSize> window = std::nullopt;
  /// Its TERM, where there is a terminal; may be empty.
  std::string terminal_type = {};
};

struct ProgramOutcome {
  /// The program's own, 128 and the signal when one has ended it; 127 when it is not there, 126
  /// when it cannot be run.
  int status = 0;
  /// A sentence where the program itself can have said nothing, else empty.
  std::string trouble = {};
};

/// What a one-off container is made of.
struct OneOffPlan {
  Release release;
  ConfigVars config;
  ContainerPolicy policy;
  /// Makes the container's name unique over restarts of the server.
  std::int64_t unique = 0;
};

/// Runs the program in a container of its own, which is limited and labelled as those of the
/// release, and removed at its end. Errors: Cancelled and Disconnected (the peer is gone; the
/// program was ended), those of the Engine.
Result<ProgramOutcome> run_one_off(docker::Engine& engine, OneOffs& all, const OneOffPlan& plan,
                                   const ProgramRequest& request, ExecStreams& peer);

/// Runs the program in the container beside its own. `name` is `web.1`, for messages. Errors: as
/// above; Conflict (the container does not run).
Result<ProgramOutcome> run_beside(docker::Engine& engine, const docker::ContainerId& container,
                                  const std::string& name, const ProgramRequest& request,
                                  ExecStreams& peer);

/// The command as people see it.
std::string describe_command(const ProgramRequest& request);

}  // namespace minpaas::hooks
