#pragma once

#include <map>

#include "hooks/service/build_secrets.h"

namespace minpaas::hooks {
class Platform;
}

namespace minpaas::test {

/// Build secrets in memory. Thread: one at a time.
class FakeBuildSecrets : public hooks::BuildSecrets {
 public:
  FakeBuildSecrets(hooks::Platform& platform, const Clock& clock)
      : platform_(platform), clock_(clock) {}

  Result<std::vector<state::BuildSecretRow>> list(const Actor& actor, const AppName& name) override;
  Result<void> set(const Actor& actor, const AppName& name, const ConfigVars& values) override;
  Result<void> unset(const Actor& actor, const AppName& name,
                     const std::vector<ConfigKey>& keys) override;

 private:
  hooks::Platform& platform_;
  const Clock& clock_;
  std::map<AppName, std::map<ConfigKey, state::BuildSecretRow>> rows_;
};

}  // namespace minpaas::test
