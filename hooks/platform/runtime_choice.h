#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "runtimes/runtime.h"

namespace minpaas::hooks {

/// What people write for a runtime that is found by looking at the source.
inline constexpr std::string_view kDetectedRuntime = "auto";

/// The app's setting for what a person wrote: empty for `auto`. Errors: InvalidInput, with the
/// names that there are.
Result<std::string> choose_runtime(const runtimes::Catalog& catalog, std::string_view written);

}  // namespace minpaas::hooks
