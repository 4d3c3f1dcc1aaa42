#pragma once

#include <optional>

#include "hooks/pipeline/pipeline_parts.h"

namespace minpaas::hooks {

/// The release that a rollback goes to: the given one, else the last before the live one that was
/// live. Errors: NotFound (no such release, or its image was removed), Conflict (it is live, or
/// never was; the app has no release to go back to), those of the engine.
Result<Release> find_rollback_target(const PipelineParts& parts, const AppName& app,
                                     std::optional<ReleaseNumber> number);

}  // namespace minpaas::hooks
