#pragma once

#include <mutex>

#include "hooks/access/app_access.h"
#include "hooks/logs/lifecycle_log.h"
#include "hooks/service/maintenance.h"

namespace minpaas::hooks {

/// The rows say it, the router follows. Thread: any.
class LocalMaintenance : public Maintenance {
 public:
  LocalMaintenance(AppAccess& access, state::AppStore& apps, router::Router& router,
                   LifecycleLog& lifecycle)
      : access_(access), apps_(apps), router_(router), lifecycle_(lifecycle) {}

  Result<bool> set(const Actor& actor, const AppName& name, router::Shown shown) override;

  /// Tells the router what the rows say; before it starts. Errors: those of the store.
  Result<void> prepare();

 private:
  AppAccess& access_;
  state::AppStore& apps_;
  router::Router& router_;
  LifecycleLog& lifecycle_;
  /// The router is told in the order in which the rows change.
  std::mutex turn_;
};

}  // namespace minpaas::hooks
