#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "runtimes/runtime.h"

namespace minpaas::runtimes {

constexpr std::size_t kMostRecipeBytes = 64 * 1024;

/// Reads `runtime.ini` and the Dockerfile beside it; the folder's name is the runtime's.
/// Errors: NotFound, InvalidInput naming file and line.
Result<Runtime> read_recipe(const std::filesystem::path& folder);

/// What stands in a `runtime.ini`: a runtime without name and Dockerfile.
struct RecipeText {
  Runtime runtime;
  /// `recipe = repository`: there is no Dockerfile beside the ini.
  bool from_repository = false;
};

/// `file` is its name in errors. Errors: InvalidInput naming file and line.
Result<RecipeText> parse_recipe(const std::string& ini, std::string_view file);

}  // namespace minpaas::runtimes
