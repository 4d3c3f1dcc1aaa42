#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"

namespace minpaas::sshd::git {

/// The push options of a deploy: `git push -o plan`.
struct DeployOptions {
  bool plan_only = false;
  bool no_cache = false;
  bool skip_release = false;
  std::string note;
};

/// `plan`, `no-cache`, `skip-release`, `note=TEXT`. Errors: InvalidInput, naming the option that is
/// not known, with the known ones as hint. Pure.
Result<DeployOptions> parse_deploy_options(const std::vector<std::string>& options);

}  // namespace minpaas::sshd::git
