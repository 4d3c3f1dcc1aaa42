#include "hooks/access/app_access.h"

#include <fmt/format.h>

#include <string_view>

#include "config/nearest_word.h"
#include "core/state/row.h"

namespace minpaas::hooks {
namespace {

/// For the log; no other error has it.
constexpr std::string_view kHidden = "the actor may not see it, should it be there";

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
  if (actor.scope.is_everything() && actor.sources.empty()) {
    return {};
  }
  return Error{ErrorCode::PermissionDenied,
               "a key or token with a scope makes no tokens, keys, users and rights",
               "use a key or token without a scope", ""};
}

Result<void> require_within_life(const Actor& actor, std::optional<SystemTime> expires_at) {
  if (!actor.expires_at || (expires_at && *expires_at <= *actor.expires_at)) {
    return {};
  }
  return Error{ErrorCode::PermissionDenied,
               fmt::format("you came with what ends at {}, and may not make what outlives it",
                           format_rfc3339(*actor.expires_at)),
               "say --expires with less, or use a key that does not expire", ""};
}

Error hidden(Error error) {
  error.cause = kHidden;
  return error;
}

bool is_hidden(const Error& error) {
  return error.cause == kHidden;
}

Result<std::optional<AppRight>> AppAccess::right_of(const Actor& actor, const AppName& name) {
  if (actor.role == Role::Admin) {
    return std::optional(AppRight::Admin);
  }
  return grants_.find(name, actor.user_id);
}

Error AppAccess::not_found(const Actor& actor, const AppName& name) {
  const Error error =
      actor.role == Role::Admin ? state::no_such_app(name) : hidden(state::no_such_app(name));
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
