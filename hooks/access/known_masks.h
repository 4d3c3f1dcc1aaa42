#pragma once

#include <map>
#include <memory>
#include <vector>

#include "core/app/app_name.h"
#include "core/app/secret_mask.h"
#include "core/base/guarded.h"

namespace minpaas::hooks {

/// The masks of apps that somebody uses: all who mask text about an app at the same time share one,
/// and it is made anew only when what it hides has changed. Thread: any.
class KnownMasks {
 public:
  /// Hides all `secrets` in text about the app: a name may be in several of them.
  SharedMask of(const AppName& app, const std::vector<ConfigVars>& secrets);

 private:
  struct Known {
    std::vector<ConfigVars> secrets;
    SecretMask mask;
  };

  /// Nothing secret stays here when nobody uses it.
  Guarded<std::map<AppName, std::weak_ptr<const Known>>> known_;
};

}  // namespace minpaas::hooks
