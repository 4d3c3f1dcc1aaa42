#pragma once

#include <map>
#include <memory>

#include "core/app/app_name.h"
#include "core/app/secret_mask.h"
#include "core/base/guarded.h"

namespace minpaas::hooks {

/// The masks of apps that somebody uses: all who mask text about an app at the same time share one,
/// and it is made anew only when what it hides has changed. Thread: any.
class KnownMasks {
 public:
  /// Hides `vars` in text about the app.
  SharedMask of(const AppName& app, const ConfigVars& vars);

 private:
  struct Known {
    ConfigVars vars;
    SecretMask mask;
  };

  /// Nothing secret stays here when nobody uses it.
  Guarded<std::map<AppName, std::weak_ptr<const Known>>> known_;
};

}  // namespace minpaas::hooks
