#pragma once

#include <map>
#include <string>

#include "core/app/app_name.h"
#include "core/app/config_var.h"
#include "core/app/manifest.h"
#include "core/base/result.h"

namespace minpaas::hooks {

using WantedVars = std::map<ConfigKey, WantedVar>;

/// The config vars that an app.json gives a value and that `have` lacks, a generated one as 64
/// random hexadecimal digits. Errors: InvalidInput naming those that somebody has to set, with what
/// to type.
Result<ConfigVars> vars_to_set(const AppName& app, const WantedVars& wanted,
                               const ConfigVars& have);

/// `SECRET_KEY (generated), LEVEL`: the names alone.
std::string describe_vars(const WantedVars& wanted, const ConfigVars& to_set);

}  // namespace minpaas::hooks
