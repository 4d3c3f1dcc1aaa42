#pragma once

#include <optional>
#include <vector>

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/app/app_right.h"
#include "core/base/result.h"
#include "core/state/app_store.h"
#include "core/state/grant_store.h"

namespace minpaas::hooks {

/// Errors: PermissionDenied.
Result<void> require_admin(const Actor& actor);

/// Whoever came with a key or token that has a scope, or a key that is bound to addresses, may not
/// give others, or another key, more than it has. Errors: PermissionDenied.
Result<void> require_whole_scope(const Actor& actor);

/// An actor whose key or token expires may not grant access that outlives it. Absent: no expiry.
/// Errors: PermissionDenied.
Result<void> require_within_life(const Actor& actor, std::optional<SystemTime> expires_at);

/// An error of what is not there for the actor, because it is another's: they are told that there
/// is none, and the record says that they were denied it.
Error hidden(Error error);
bool is_hidden(const Error& error);

/// Who may do what to which app: administrators everything, members what they were granted. To
/// those who may not even see an app it is the same as one that is not there. Thread: any.
class AppAccess {
 public:
  AppAccess(state::AppStore& apps, state::GrantStore& grants) : apps_(apps), grants_(grants) {}

  /// The app's row, when the actor has the right. Errors: NotFound (with the name that was probably
  /// meant; also when the actor may not see it), PermissionDenied (it takes a higher right).
  Result<state::AppRow> find(const Actor& actor, const AppName& name, AppRight needed);
  /// The same for a change. Errors: also Conflict (the app is locked).
  Result<state::AppRow> find_open(const Actor& actor, const AppName& name, AppRight needed);
  /// Whether nobody has the name, so that the actor may make the app.
  Result<bool> is_free(const AppName& name);
  /// All that the actor may see, by name.
  Result<std::vector<state::AppRow>> visible(const Actor& actor);

 private:
  /// Absent: the actor may not see it.
  Result<std::optional<AppRight>> right_of(const Actor& actor, const AppName& name);
  Error not_found(const Actor& actor, const AppName& name);

  state::AppStore& apps_;
  state::GrantStore& grants_;
};

}  // namespace minpaas::hooks
