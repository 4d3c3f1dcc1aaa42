#pragma once

#include <string>

namespace minpaas::http {

/// OpenAPI 3.1, made from the table of routes.
std::string openapi();

}  // namespace minpaas::http
