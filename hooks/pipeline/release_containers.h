#pragma once

#include <vector>

#include "hooks/pipeline/pipeline_parts.h"

namespace minpaas::hooks {

/// Rows of the app's containers that belong to this release (or not to it).
enum class Belonging { ToRelease, ToOthers };
Result<std::vector<state::ContainerRow>> containers_of(const PipelineParts& parts,
                                                       const AppName& app, ReleaseNumber release,
                                                       Belonging belonging);

/// Ids of the web containers among the rows.
std::vector<docker::ContainerId> web_containers(const std::vector<state::ContainerRow>& rows);

}  // namespace minpaas::hooks
