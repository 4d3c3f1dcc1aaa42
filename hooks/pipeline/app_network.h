#pragma once

#include "hooks/pipeline/pipeline_parts.h"

namespace minpaas::hooks {

/// Makes the network of the apps, where the settings name one of their own. Errors: those of
/// ensure_network.
Result<docker::Addresses> prepare_network(const PipelineParts& parts);

}  // namespace minpaas::hooks
