#pragma once

#include <vector>

#include "core/app/health_check.h"
#include "core/app/json_value.h"

namespace minpaas {

/// Of one process type.
constexpr std::size_t kMostChecks = 20;

/// The list of checks of one process type. Errors: InvalidInput, naming the place.
Result<std::vector<HealthCheck>> read_checks(const JsonValue& list);

/// A check as it stands in such a list.
Json to_json(const HealthCheck& check);

}  // namespace minpaas
