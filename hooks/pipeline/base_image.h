#pragma once

#include <stop_token>
#include <string>

#include "core/app/image_reference.h"
#include "hooks/pipeline/pipeline_parts.h"
#include "hooks/queue/deploy_output.h"

namespace minpaas::hooks {

/// Makes sure that the runtime's base image is in the engine, as `[images] pull` says: pulled when
/// missing, always, or never. What is named `localhost/...` is made on this machine and never
/// pulled. Errors: NotFound with what to run or set, Cancelled, those of the engine.
Result<void> provide_base_image(const PipelineParts& parts, const runtimes::BuildPlan& plan,
                                DeployOutput& output, std::stop_token stop);

/// The same for an image that is to be deployed. Errors: NotFound, PermissionDenied (its registry
/// is in a private network), Cancelled, those of the engine.
Result<void> provide_image(const PipelineParts& parts, const ImageReference& image,
                           DeployOutput& output, std::stop_token stop);

}  // namespace minpaas::hooks
