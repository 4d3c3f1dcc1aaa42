#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "core/base/clock.h"
#include "core/base/dial.h"
#include "core/base/result.h"

/// Telling somebody else's program by HTTP that something has happened.
namespace minpaas::webhook {

struct PostRules {
  /// Whoever may name a URL here must not reach more than from anywhere else.
  Reach reach = Reach::Public;
  /// Of all.
  milliseconds timeout{10'000};
  /// Whom to trust that a server is who it says (PEM).
  std::filesystem::path ca_file;
};

/// POSTs JSON (RFC 9110, section 9.3.3) and throws the answer away. Redirects are not followed, no
/// proxy is used. Any status from 200 to 299 is a success. Blocks; thread: any. Errors:
/// InvalidInput (no web URL), PermissionDenied (an address that `reach` does not allow),
/// NotFound (no such host), Failed (another status), Unavailable, Timeout, Cancelled.
Result<void> post_json(const std::string& url, const std::string& json, const PostRules& rules,
                       const std::stop_token& stop);

}  // namespace minpaas::webhook
