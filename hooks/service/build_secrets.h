#pragma once

#include <vector>

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/app/config_var.h"
#include "core/base/result.h"
#include "core/state/build_secret_store.h"

namespace minpaas::hooks {

/// What the builds of an app may read and its containers, images and releases do not have: the
/// token of a package registry, say. The next build has what is set then. Thread: any.
class BuildSecrets {
 public:
  virtual ~BuildSecrets() = default;

  /// By key, without values: nobody is given them out again.
  virtual Result<std::vector<state::BuildSecretRow>> list(const Actor& actor,
                                                          const AppName& name) = 0;
  virtual Result<void> set(const Actor& actor, const AppName& name, const ConfigVars& values) = 0;
  /// All or none. Errors: NotFound (the first that is not set).
  virtual Result<void> unset(const Actor& actor, const AppName& name,
                             const std::vector<ConfigKey>& keys) = 0;
};

}  // namespace minpaas::hooks
