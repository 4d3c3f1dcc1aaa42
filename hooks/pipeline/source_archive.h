#pragma once

#include "core/git/tree_archive.h"
#include "runtimes/runtime.h"

namespace minpaas::hooks {

/// The build context of a plan: the platform's Dockerfile at the root and the app below it, or the
/// repository as it is; without what never belongs in an image.
git::ArchiveOptions archive_of(const runtimes::BuildPlan& plan);

}  // namespace minpaas::hooks
