#include "hooks/app_access.h"

#include <fmt/format.h>

#include <string_view>

#include "config/nearest_word.h"
#include "core/state/row.h"

namespace minpaas::hooks {
namespace {

Error lacks_right(const Actor& actor, const AppName& name, AppRight has, AppRight needed) {
  return {ErrorCode::PermissionDenied,
          fmt::format("{} may not do that to {}: it takes the right {}, you have {}", actor.name,
                      name.str(), to_string(needed), to_string(has)),
          fmt::format("whoever administers it can say: access:grant {} {} {}", name.str(),
                      actor.name, to_string(needed)),
          ""};
}

}  // namespace

Result<void> require_admin(const Actor& actor) {
  if (actor.role == Role::Admin) {
    return {};
  }
  return Error{ErrorCode::PermissionDenied, fmt::format("{} may not do that", actor.name),
               "ask an administrator of this server", ""};
}

Result<void> require_whole_scope(const Actor& actor) {
  if (actor.scope.is_everything()) {
    return {};
  }
  return Error{ErrorCode::PermissionDenied,
               "a token with a scope makes no tokens, keys, users and rights",
               "use your SSH key, or a token without a scope", ""};
}

Result<std::optional<AppRight>> AppAccess::right_of(const Actor& actor, const AppName& name) {
  if (actor.role == Role::Admin) {
    return std::optional(AppRight::Admin);
  }
  return grants_.find(name, actor.user_id);
}

Error AppAccess::not_found(const Actor& actor, const AppName& name) {
  const Error error = state::no_such_app(name);
  const auto apps = visible(actor);
  if (!apps) {
    return apps.error();
  }
  std::vector<std::string_view> names;
  for (const state::AppRow& app : *apps) {
    names.push_back(app.name.str());
  }
  const std::string near = config::nearest_word(name.str(), names);
  return near.empty() ? error
                      : error.with_hint(fmt::format("did you mean {}? {}", near, error.hint));
}

Result<state::AppRow> AppAccess::find(const Actor& actor, const AppName& name, AppRight needed) {
  const auto right = TRY(right_of(actor, name));
  if (!right) {
    return not_found(actor, name);
  }
  auto row = apps_.get(name);
  if (!row) {
    return row.error().code == ErrorCode::NotFound ? not_found(actor, name) : row.error();
  }
  if (*right < needed) {
    return lacks_right(actor, name, *right, needed);
  }
  return row;
}

Result<state::AppRow> AppAccess::find_open(const Actor& actor, const AppName& name,
                                           AppRight needed) {
  state::AppRow row = TRY(find(actor, name, needed));
  if (row.locked_by) {
    return Error{ErrorCode::Conflict, fmt::format("{} is locked by {}", name.str(), *row.locked_by),
                 "to unlock it: apps:unlock " + name.str(), ""};
  }
  return row;
}

Result<bool> AppAccess::is_free(const AppName& name) {
  const auto row = apps_.get(name);
  if (row || row.error().code == ErrorCode::NotFound) {
    return !row;
  }
  return row.error();
}

Result<std::vector<state::AppRow>> AppAccess::visible(const Actor& actor) {
  auto rows = TRY(apps_.list());
  if (actor.role == Role::Admin) {
    return rows;
  }
  const auto granted = TRY(grants_.of_user(actor.user_id));
  std::erase_if(rows, [&](const state::AppRow& row) { return !granted.contains(row.name); });
  return rows;
}

}  // namespace minpaas::hooks
