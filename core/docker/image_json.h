#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/docker/engine.h"

/// Images as the engine writes them.
namespace minpaas::docker {

/// Answer of GET /images/{name}/json. Errors: Corrupt.
Result<ImageDetails> parse_image(std::string_view body);

/// Answer of GET /images/json; it tells no ports. Errors: Corrupt.
Result<std::vector<ImageDetails>> parse_image_list(std::string_view body);

/// `python` -> `python:latest`; a tag or digest stays. POST /images/create without a tag would
/// fetch every tag there is.
std::string with_default_tag(std::string_view reference);

/// A line of POST /images/create. Errors: what the engine says went wrong; Corrupt.
Result<PullProgress> parse_pull_line(std::string_view line);

}  // namespace minpaas::docker
