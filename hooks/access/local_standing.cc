#include "hooks/access/local_standing.h"

namespace minpaas::hooks {

Result<Actor> LocalStanding::renew(const Actor& actor) {
  if (actor.role == Role::Stranger) {
    return actor;
  }
  return actor.token_id.empty() ? keys_.renew(actor) : tokens_.renew(actor);
}

Result<std::optional<std::string>> LocalStanding::right_to(const Actor& actor, const AppName& app,
                                                           AppRight right) {
  const auto found = access_.find(actor, app, right);
  if (found) {
    return std::optional(found->label);
  }
  const bool refused = found.error().code == ErrorCode::NotFound ||
                       found.error().code == ErrorCode::PermissionDenied;
  return refused ? Result<std::optional<std::string>>(std::nullopt) : found.error();
}

Result<bool> LocalStanding::keeps_right(const Actor& actor, const std::string& label,
                                        AppRight right) {
  const auto app = TRY(apps_.find_label(label));
  return app && TRY(right_to(actor, app->name, right)) == label;
}

Result<void> LocalStanding::require(const Actor& actor, const AppName& app, AppRight right) {
  TRY(access_.find(actor, app, right));
  return {};
}

}  // namespace minpaas::hooks
