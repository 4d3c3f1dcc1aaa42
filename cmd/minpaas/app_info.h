#pragma once

#include <string>

#include "cmd/minpaas/own_verbs.h"

namespace minpaas::client {

struct AppInfo {
  /// Empty: it has none yet.
  std::string url;
  std::string deploy_branch;
};

/// What the server says of an app (`apps:info`). Errors: those of the server, NotFound where there
/// is no such app; Disconnected with what `ssh` says.
Result<AppInfo> app_info(const OwnCall& call, const ServerAddress& server, const std::string& app);

}  // namespace minpaas::client
