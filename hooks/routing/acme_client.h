#pragma once

#include <stop_token>
#include <string>

#include "core/app/config_var.h"
#include "core/base/result.h"

namespace minpaas::hooks {

/// Fetches certificates from an authority (RFC 8555). Thread: any; one call of `obtain` at a time.
class AcmeClient {
 public:
  virtual ~AcmeClient() = default;

  /// What keeps it from working at all. Errors: Conflict (a setting), Unavailable (a program).
  virtual Result<void> ready() const = 0;
  /// PEM text with certificate, chain and a new key for the host. Errors: those of `ready`, Failed
  /// (the authority's reason), Timeout, Cancelled, Busy (another one is at work).
  virtual Result<Secret> obtain(const std::string& host, const std::stop_token& stop) = 0;
};

}  // namespace minpaas::hooks
