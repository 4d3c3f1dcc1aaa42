#pragma once

#include "core/app/release.h"
#include "core/base/result.h"

namespace minpaas::hooks {

/// Of one process type.
constexpr int kMostProcesses = 100;

/// The formation of the release with these quantities in place of its own. Errors: NotFound (a
/// process type that the release has not), InvalidInput (the release command; a quantity out of
/// range).
Result<Formation> scaled(const Release& release, const Formation& quantities);

/// Errors: NotFound, naming those that there are; InvalidInput (the release command).
Result<void> require_process_type(const Release& release, const ProcessType& type);

}  // namespace minpaas::hooks
