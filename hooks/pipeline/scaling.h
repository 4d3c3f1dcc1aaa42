#pragma once

#include <string>
#include <vector>

#include "core/app/release.h"
#include "core/base/result.h"

namespace minpaas::hooks {

/// The formation of the release with these quantities in place of its own. Errors: NotFound (a
/// process type that the release has not), InvalidInput (the release command; a quantity out of
/// range).
Result<Formation> scaled(const Release& release, const Formation& quantities);

/// What a push starts with: `planned`, but the live release's quantity where somebody has scaled
/// the process type, that is where it is not the one that the live release would have by itself.
Formation carried_over(const Formation& planned, const Release& live);

/// A line for each process type that runs and is not among `processes` any more.
std::vector<std::string> types_that_end(const ProcessCommands& processes, const Release& live);

/// Errors: NotFound, naming those that there are; InvalidInput (the release command).
Result<void> require_process_type(const Release& release, const ProcessType& type);

/// The same of an app that may have no release yet: then it has web alone.
Result<void> require_known_type(const AppName& app, const std::optional<Release>& live,
                                const ProcessType& type);

}  // namespace minpaas::hooks
