#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/docker/engine.h"

namespace minpaas::docker {

/// A line of GET /events; absent for what is no event of a container. Reads Type, Action and Actor,
/// since status, id and from are gone in API 1.52. Errors: Corrupt.
Result<std::optional<EngineEvent>> parse_event(std::string_view line);

/// `filters` of GET /events: what happens to containers with all of these labels. Left out are the
/// events of exec and health checks, one every few seconds where an image has a HEALTHCHECK.
std::string event_filter(const Labels& labels);

/// `1795616785.123456000`: a time for `since` of GET /events and of logs.
std::string engine_time(SystemTime time);

}  // namespace minpaas::docker
