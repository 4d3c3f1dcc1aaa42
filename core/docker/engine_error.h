#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/docker/http_client.h"

/// The engine's refusals as our errors.
namespace minpaas::docker {

/// The engine's own words: `message` of a JSON body, else the text itself, as one line without
/// control characters and at most a few hundred bytes.
std::string engine_words(std::string_view body);

/// For an answer that is no success. The code follows the status, unless the words say more:
/// 404 NotFound, 409 Conflict, 400 InvalidInput, others Failed; a full disk is NoSpace, a taken
/// port or name Conflict or AlreadyExists.
Error engine_error(int status, std::string_view body);

/// For a failure that came inside a stream of a successful answer (`errorDetail.message`).
Error stream_error(std::string_view words);

}  // namespace minpaas::docker
