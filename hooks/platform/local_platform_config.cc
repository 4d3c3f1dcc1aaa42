#include <fmt/format.h>

#include "hooks/platform/local_platform.h"

namespace minpaas::hooks {
namespace {

Result<void> check_change(const ConfigVars& set, const std::vector<ConfigKey>& unset) {
  if (set.empty() && unset.empty()) {
    return Error{ErrorCode::InvalidInput, "there is nothing to change", "give KEY=VALUE", ""};
  }
  for (const ConfigKey& key : unset) {
    if (set.contains(key)) {
      return Error{ErrorCode::InvalidInput, fmt::format("{} is both set and unset", key.str()), "",
                   ""};
    }
  }
  for (const auto& [key, value] : set) {
    TRY(parse_config_value(key, value.reveal()));
  }
  return {};
}

bool changes_anything(const ConfigVars& now, const ConfigVars& set,
                      const std::vector<ConfigKey>& unset) {
  for (const auto& [key, value] : set) {
    const auto found = now.find(key);
    if (found == now.end() || found->second != value) {
      return true;
    }
  }
  for (const ConfigKey& key : unset) {
    if (now.contains(key)) {
      return true;
    }
  }
  return false;
}

}  // namespace

Result<ConfigVars> LocalPlatform::config(const Actor& actor, const AppName& name) {
  TRY(access_.find(actor, name, AppRight::Deploy));
  return TRY(parts_.configs.latest(name)).second;
}

Result<SharedMask> LocalPlatform::mask_of(const AppName& name) {
  const auto secrets = TRY(secrets_of(name));
  return known_masks_.of(name, secrets);
}

Result<std::vector<SharedMask>> LocalPlatform::masks_of_label(const std::string& label) {
  std::vector<SharedMask> masks;
  if (const auto app = TRY(parts_.apps.find_label(label))) {
    masks.push_back(TRY(mask_of(app->name)));
  }
  return masks;
}

Result<std::vector<ConfigVars>> LocalPlatform::secrets_of(const AppName& name) {
  const auto config = parts_.configs.latest(name);
  if (!config && config.error().code == ErrorCode::NotFound) {
    return std::vector<ConfigVars>();
  }
  std::vector<ConfigVars> secrets;
  secrets.push_back(TRY(config).second);
  secrets.push_back(TRY(parts_.build_secrets.values(name)));
  // The name of the app is in all that is said about it.
  for (ConfigVars& vars : secrets) {
    std::erase_if(vars, [&](const auto& var) { return var.second.reveal() == name.str(); });
  }
  return secrets;
}

Result<SharedMask> LocalPlatform::secret_mask(const Actor& actor, const AppName& name) {
  const auto app = access_.find(actor, name, AppRight::Read);
  if (app) {
    return mask_of(name);
  }
  const bool may_not_see = app.error().code == ErrorCode::NotFound;
  return may_not_see ? Result<SharedMask>(std::make_shared<const SecretMask>()) : app.error();
}

/// Every change waits for its turn in the queue, also before the first release: so no release can
/// miss it, and a failed one takes back nothing but its own change.
Result<DeployOutcome> LocalPlatform::change_config(const Actor& actor, const AppName& name,
                                                   const ConfigVars& set,
                                                   const std::vector<ConfigKey>& unset,
                                                   const Follow& follow) {
  TRY(access_.find_open(actor, name, AppRight::Deploy));
  TRY(check_change(set, unset));
  const bool idle = queue_.current(name) == nullptr;
  if (idle && !changes_anything(TRY(parts_.configs.latest(name)).second, set, unset)) {
    return nothing_deployed();
  }
  return enqueue({.row = asked_for(name, state::DeployKind::ConfigChange, actor.name),
                  .set = set,
                  .unset = unset},
                 follow);
}

}  // namespace minpaas::hooks
