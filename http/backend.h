#pragma once

#include "core/base/clock.h"
#include "hooks/metrics.h"
#include "hooks/platform.h"
#include "hooks/request_keys.h"
#include "hooks/tokens.h"

namespace minpaas::http {

/// What stands behind the API; it must outlive it.
struct Backend {
  hooks::Platform& platform;
  hooks::TokenAuthenticator& tokens;
  hooks::RequestKeys& request_keys;
  hooks::Metrics& metrics;
  const Clock& clock;
};

}  // namespace minpaas::http
