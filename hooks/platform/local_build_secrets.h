#pragma once

#include "core/base/clock.h"
#include "hooks/access/app_access.h"
#include "hooks/service/build_secrets.h"

namespace minpaas::hooks {

class LocalBuildSecrets : public BuildSecrets {
 public:
  LocalBuildSecrets(AppAccess& access, state::BuildSecretStore& store, const Clock& clock)
      : access_(access), store_(store), clock_(clock) {}

  Result<std::vector<state::BuildSecretRow>> list(const Actor& actor, const AppName& name) override;
  Result<void> set(const Actor& actor, const AppName& name, const ConfigVars& values) override;
  Result<void> unset(const Actor& actor, const AppName& name,
                     const std::vector<ConfigKey>& keys) override;

 private:
  AppAccess& access_;
  state::BuildSecretStore& store_;
  const Clock& clock_;
};

}  // namespace minpaas::hooks
