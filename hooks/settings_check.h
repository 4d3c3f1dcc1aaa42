#pragma once

#include <string>
#include <vector>

#include "config/settings.h"
#include "core/base/result.h"
#include "runtimes/runtime.h"

/// What settings cannot be told by themselves, but by what is on the machine. For the start and for
/// --check-config. Thread: any.
namespace minpaas::hooks {

/// The runtimes that the settings name. Errors: NotFound, InvalidInput (a recipe; a base image of a
/// runtime that there is not).
Result<runtimes::Catalog> load_catalog(const config::Settings& settings);

/// Warnings about valid settings that were probably not intended, one a line.
std::vector<std::string> doubts_about(const config::Settings& settings);

}  // namespace minpaas::hooks
