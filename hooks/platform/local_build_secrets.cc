#include "hooks/platform/local_build_secrets.h"

namespace minpaas::hooks {

Result<std::vector<state::BuildSecretRow>> LocalBuildSecrets::list(const Actor& actor,
                                                                   const AppName& name) {
  TRY(access_.find(actor, name, AppRight::Deploy));
  return store_.of_app(name);
}

Result<void> LocalBuildSecrets::set(const Actor& actor, const AppName& name,
                                    const ConfigVars& values) {
  TRY(access_.find_open(actor, name, AppRight::Deploy));
  for (const auto& [key, value] : values) {
    TRY(parse_config_value(key, value.reveal()));
  }
  return store_.set(name, values, actor.name, clock_.now());
}

Result<void> LocalBuildSecrets::unset(const Actor& actor, const AppName& name,
                                      const std::vector<ConfigKey>& keys) {
  TRY(access_.find_open(actor, name, AppRight::Deploy));
  return store_.unset(name, keys);
}

}  // namespace minpaas::hooks
