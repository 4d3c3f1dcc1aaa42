#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace minpaas::http {

/// The JSON Schemas (draft 2020-12, as OpenAPI 3.1 has them) that answers are made of, by name.
/// Every member of an object is always there; what has no value is null. Thread: any.
nlohmann::ordered_json answer_schemas();

/// What a whole answer of the routes for this verb is; null for a verb without one. Thread: any,
/// never changes.
const nlohmann::ordered_json* answer_schema(std::string_view verb);

}  // namespace minpaas::http
