#include "hooks/local_standing.h"

namespace minpaas::hooks {

Result<Actor> LocalStanding::renew(const Actor& actor) {
  if (actor.role == Role::Stranger) {
    return actor;
  }
  return actor.token_id.empty() ? keys_.renew(actor) : tokens_.renew(actor);
}

Result<bool> LocalStanding::has_right(const Actor& actor, const AppName& app, AppRight right) {
  const auto found = access_.find(actor, app, right);
  const bool refused = !found && (found.error().code == ErrorCode::NotFound ||
                                  found.error().code == ErrorCode::PermissionDenied);
  return found || refused ? Result<bool>(found.has_value()) : found.error();
}

}  // namespace minpaas::hooks
