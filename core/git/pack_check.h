#pragma once

#include <filesystem>
#include <vector>

#include "core/app/oid.h"
#include "core/base/result.h"
#include "core/git/pack_receiver.h"
#include "core/git/repository.h"

namespace minpaas::git {

/// Checks every object of an indexed pack that is not yet in the repository: format, names, and
/// that all it refers to is in the pack or in the repository and of the right kind. What is in the
/// repository is complete, since nothing gets there but by this check; so the tips are complete
/// too. Errors: InvalidInput; NotFound (objects are missing); those of `tick`.
Result<void> check_pack(Repository& repository, const std::filesystem::path& index,
                        const std::vector<Oid>& tips, const CheckTick& tick);

}  // namespace minpaas::git
