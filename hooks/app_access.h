#pragma once

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/base/result.h"
#include "core/state/app_store.h"

namespace minpaas::hooks {

/// Errors: PermissionDenied.
Result<void> require_admin(const Actor& actor);

/// Who may do what to which app. Administrators everything; members nothing yet, since an app has
/// no owner to grant them anything. Thread: any.
class AppAccess {
 public:
  explicit AppAccess(state::AppStore& apps) : apps_(apps) {}

  /// The app's row, when the actor may see and change it. Errors: PermissionDenied, NotFound (with
  /// the name that was probably meant).
  Result<state::AppRow> find(const Actor& actor, const AppName& name);
  /// The same for a change. Errors: also Conflict (the app is locked).
  Result<state::AppRow> find_open(const Actor& actor, const AppName& name);

 private:
  state::AppStore& apps_;
};

}  // namespace minpaas::hooks
