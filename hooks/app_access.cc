#include "hooks/app_access.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "config/nearest_word.h"

namespace minpaas::hooks {

Result<void> require_admin(const Actor& actor) {
  if (actor.role == Role::Admin) {
    return {};
  }
  return Error{ErrorCode::PermissionDenied, fmt::format("{} may not do that", actor.name),
               "ask an administrator of this server", ""};
}

Result<state::AppRow> AppAccess::find(const Actor& actor, const AppName& name) {
  TRY(require_admin(actor));
  auto row = apps_.get(name);
  if (row || row.error().code != ErrorCode::NotFound) {
    return row;
  }
  const auto apps = TRY(apps_.list());
  std::vector<std::string_view> names;
  for (const state::AppRow& app : apps) {
    names.push_back(app.name.str());
  }
  const std::string near = config::nearest_word(name.str(), names);
  return near.empty()
             ? row
             : row.error().with_hint(fmt::format("did you mean {}? {}", near, row.error().hint));
}

Result<state::AppRow> AppAccess::find_open(const Actor& actor, const AppName& name) {
  state::AppRow row = TRY(find(actor, name));
  if (row.locked_by) {
    return Error{ErrorCode::Conflict, fmt::format("{} is locked by {}", name.str(), *row.locked_by),
                 "to unlock it: apps:unlock " + name.str(), ""};
  }
  return row;
}

}  // namespace minpaas::hooks
