#pragma once

#include <string>

#include "core/app/health_check.h"

namespace minpaas {

/// What somebody is told of a check that has failed.
struct FailureNotice {
  std::string app;
  /// `web.1`
  std::string process;
  HealthCheck check;
  std::string why;
};

/// As docs/app_json.md describes it; bytes that are no UTF-8 become U+FFFD.
std::string to_json(const FailureNotice& notice);

}  // namespace minpaas
