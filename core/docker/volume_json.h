#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/docker/engine.h"

/// Volumes as the engine writes them.
namespace minpaas::docker {

/// Body of POST /volumes/create.
std::string volume_body(const std::string& name, const Labels& labels);

/// Answer of GET /volumes. Errors: Corrupt.
Result<std::vector<VolumeDetails>> parse_volume_list(std::string_view body);

}  // namespace minpaas::docker
