#pragma once

#include "core/base/clock.h"
#include "hooks/service/metrics.h"
#include "hooks/service/platform.h"
#include "hooks/service/request_keys.h"
#include "hooks/service/tokens.h"

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
