#include "hooks/access/local_people.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/log.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostRules = 32;

Error may_do_all(const std::string& user) {
  return {ErrorCode::Conflict, fmt::format("{} is an administrator, who may do everything", user),
          fmt::format("to make them a member: users:set {} --role member", user), ""};
}

/// A member sees no others.
void limit_to_own(const Actor& actor, std::vector<state::KeyRow>& rows) {
  if (actor.role != Role::Admin) {
    std::erase_if(rows, [&](const state::KeyRow& row) { return row.user_id != actor.user_id; });
  }
}

}  // namespace

Result<void> LocalPeople::require_admin_without(
    const std::function<bool(const state::KeyRow&)>& goes) {
  const auto rows = TRY(keys_.list());
  const bool left = std::ranges::any_of(rows, [&](const state::KeyRow& row) {
    return row.role == Role::Admin && row.limits.none() && !goes(row);
  });
  return left ? Result<void>()
              : Error{ErrorCode::Conflict, "no key of an administrator would be left",
                      "add another administrator first: keys:add NAME < key.pub", ""};
}

Result<std::vector<state::UserRow>> LocalPeople::users(const Actor& actor) {
  TRY(require_admin(actor));
  return users_.list();
}

Result<state::UserRow> LocalPeople::add_user(const Actor& actor, const std::string& name,
                                             Role role) {
  TRY(require_admin(actor));
  TRY(require_whole_scope(actor));
  TRY(check_person_name(name));
  auto row = TRY(users_.add(name, role, clock_.now()));
  log::info("user {} was added by {}", name, actor.name);
  return row;
}

Result<state::UserRow> LocalPeople::set_role(const Actor& actor, const std::string& name,
                                             Role role) {
  TRY(require_admin(actor));
  TRY(require_whole_scope(actor));
  const std::scoped_lock one_at_a_time(leaving_);
  const auto before = TRY(users_.find(name));
  if (before.role == Role::Admin && role != Role::Admin) {
    TRY(require_admin_without([&](const state::KeyRow& row) { return row.user_id == before.id; }));
  }
  TRY(users_.set_role(name, role));
  log::info("{} was made {} by {}", name, state::role_text(role), actor.name);
  return users_.find(name);
}

Result<void> LocalPeople::remove_user(const Actor& actor, const std::string& name) {
  TRY(require_admin(actor));
  const std::scoped_lock one_at_a_time(leaving_);
  const auto row = TRY(users_.find(name));
  if (row.role == Role::Admin) {
    TRY(require_admin_without([&](const state::KeyRow& key) { return key.user_id == row.id; }));
  }
  TRY(users_.remove(name));
  log::info("user {} was removed by {}", name, actor.name);
  return {};
}

Result<std::vector<state::KeyRow>> LocalPeople::keys(const Actor& actor) {
  auto rows = TRY(keys_.list());
  limit_to_own(actor, rows);
  return rows;
}

Result<std::string> LocalPeople::owner_of_new_key(const Actor& actor, const KeyRequest& request) {
  if (actor.role == Role::Admin) {
    return request.user ? TRY(users_.find(*request.user)).name : request.name;
  }
  if (request.role || request.user.value_or(actor.name) != actor.name) {
    TRY(require_admin(actor));
  }
  return actor.name;
}

Result<state::KeyRow> LocalPeople::add_key(const Actor& actor, const KeyRequest& request) {
  TRY(require_whole_scope(actor));
  if (std::max(request.scope.size(), request.sources.size()) > kMostRules) {
    return Error{ErrorCode::InvalidInput,
                 fmt::format("a key has at most {} scopes and ranges of addresses", kMostRules), "",
                 ""};
  }
  state::KeyLimits limits{AccessScope(request.scope), request.sources, std::nullopt};
  if (request.lifetime) {
    limits.expires_at = clock_.now() + *request.lifetime;
  }
  TRY(require_within_life(actor, limits.expires_at));
  const Role usual = limits.none() ? Role::Admin : Role::Member;
  std::string owner = TRY(owner_of_new_key(actor, request));
  auto key = TRY(state::PublicKey::parse(request.public_key));
  return keys_.add(actor, {std::move(key), request.name, std::move(owner),
                           request.role.value_or(usual), std::move(limits)});
}

Result<void> LocalPeople::remove_key(const Actor& actor, const std::string& fingerprint) {
  const std::scoped_lock one_at_a_time(leaving_);
  auto rows = TRY(keys_.list());
  const bool is_anyones = std::ranges::any_of(
      rows, [&](const state::KeyRow& row) { return row.key.fingerprint == fingerprint; });
  limit_to_own(actor, rows);
  const auto found = std::ranges::find_if(
      rows, [&](const state::KeyRow& row) { return row.key.fingerprint == fingerprint; });
  if (found != rows.end() && found->created_at && found->role == Role::Admin) {
    TRY(require_admin_without([&](const state::KeyRow& row) {
      return row.created_at && row.key.fingerprint == fingerprint;
    }));
  }
  if (found == rows.end()) {
    const Error none = state::no_such_key(fingerprint);
    return is_anyones ? hidden(none) : none;
  }
  TRY(keys_.remove(fingerprint));
  log::info("key {} of {} was removed by {}", fingerprint, found->user, actor.name);
  return {};
}

Result<std::vector<state::GrantRow>> LocalPeople::access(const Actor& actor, const AppName& app) {
  TRY(access_.find(actor, app, AppRight::Read));
  return grants_.of_app(app);
}

Result<state::GrantRow> LocalPeople::grant(const Actor& actor, const AppName& app,
                                           const std::string& user, AppRight right) {
  TRY(access_.find(actor, app, AppRight::Admin));
  TRY(require_whole_scope(actor));
  if (TRY(users_.find(user)).role == Role::Admin) {
    return may_do_all(user);
  }
  const state::GrantRow row{user, right, actor.name, clock_.now()};
  TRY(grants_.put(app, row));
  log::info("{} of {} was granted to {} by {}", to_string(right), app.str(), user, actor.name);
  return row;
}

Result<void> LocalPeople::revoke(const Actor& actor, const AppName& app, const std::string& user) {
  TRY(access_.find(actor, app, AppRight::Admin));
  if (!TRY(grants_.remove(app, user))) {
    return Error{ErrorCode::NotFound, fmt::format("{} has no right to {}", user, app.str()),
                 "who has one: access " + app.str(), ""};
  }
  log::info("the right of {} to {} was revoked by {}", user, app.str(), actor.name);
  return {};
}

}  // namespace minpaas::hooks
