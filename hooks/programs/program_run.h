#pragma once

#include <string>
#include <vector>

#include "core/app/config_var.h"
#include "core/app/release.h"
#include "core/docker/engine.h"
#include "hooks/containers/process_set.h"
#include "hooks/programs/one_off.h"
#include "hooks/service/programs.h"

/// Programs that run for a person who sits in front of them. They end with that person's
/// connection.
namespace minpaas::hooks {

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
