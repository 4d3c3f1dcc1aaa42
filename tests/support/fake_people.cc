#include "tests/support/fake_people.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"

namespace minpaas::test {

Result<state::UserRow*> FakePeople::find(const std::string& name) {
  const auto found = users_.find(name);
  if (found == users_.end()) {
    return Error{ErrorCode::NotFound, fmt::format("there is no user {}", name), "list them: users",
                 ""};
  }
  return &found->second;
}

state::UserRow FakePeople::counted(const state::UserRow& row) const {
  state::UserRow now = row;
  now.keys = static_cast<int>(std::ranges::count(keys_, row.name, &state::KeyRow::user));
  now.apps = static_cast<int>(std::ranges::count_if(
      grants_, [&](const auto& grants) { return grants.second.contains(row.name); }));
  return now;
}

Result<std::vector<state::UserRow>> FakePeople::users(const Actor& actor) {
  TRY(guards_.require_admin(actor));
  std::vector<state::UserRow> rows;
  for (const auto& [name, row] : users_) {
    rows.push_back(counted(row));
  }
  return rows;
}

Result<state::UserRow> FakePeople::add_user(const Actor& actor, const std::string& name,
                                            Role role) {
  TRY(guards_.require_admin(actor));
  state::UserRow row{.id = std::ssize(users_) + 1, .name = name, .role = role};
  row.created_at = clock_.now();
  if (!users_.emplace(name, row).second) {
    return Error{ErrorCode::AlreadyExists, fmt::format("there is a user {} already", name), "", ""};
  }
  return row;
}

Result<state::UserRow> FakePeople::set_role(const Actor& actor, const std::string& name,
                                            Role role) {
  TRY(guards_.require_admin(actor));
  state::UserRow* row = TRY(find(name));
  row->role = role;
  return counted(*row);
}

Result<void> FakePeople::remove_user(const Actor& actor, const std::string& name) {
  TRY(guards_.require_admin(actor));
  TRY(find(name));
  users_.erase(name);
  std::erase_if(keys_, [&](const state::KeyRow& row) { return row.user == name; });
  return {};
}

Result<std::vector<state::KeyRow>> FakePeople::keys(const Actor& actor) {
  TRY(guards_.require_admin(actor));
  return keys_;
}

void FakePeople::add_file_key(std::string_view public_key, std::string name) {
  const auto parts = split(public_key, ' ');
  state::KeyRow row;
  row.key = {std::string(parts.at(0)), std::string(parts.at(1)), "",
             fmt::format("SHA256:{}", parts.at(1))};
  row.name = std::move(name);
  row.user = "(admin_keys)";
  row.last_used_at = clock_.now() - std::chrono::minutes(5);
  keys_.push_back(std::move(row));
}

Result<state::KeyRow> FakePeople::add_key(const Actor& actor, const hooks::KeyRequest& request) {
  TRY(guards_.require_admin(actor));
  const auto parts = split(trim(request.public_key), ' ');
  if (parts.size() < 2 || !parts[0].starts_with("ssh-")) {
    return Error{ErrorCode::InvalidInput, "this is no public key", "send the .pub file", ""};
  }
  state::KeyRow row;
  row.key = {std::string(parts[0]), std::string(parts[1]),
             parts.size() > 2 ? std::string(parts[2]) : "", fmt::format("SHA256:{}", parts[1])};
  row.name = request.name;
  row.created_at = clock_.now();
  for (const auto& known : keys_) {
    if (known.key.blob_base64 == row.key.blob_base64) {
      return Error{ErrorCode::AlreadyExists, "this key is known already", "", ""};
    }
  }
  if (request.user) {
    TRY(find(*request.user));
  }
  row.user = request.user.value_or(request.name);
  if (!users_.contains(row.user)) {
    TRY(add_user(actor, row.user, request.role.value_or(Role::Admin)));
  }
  row.role = users_.at(row.user).role;
  keys_.push_back(row);
  return row;
}

Result<state::KeyRow> FakePeople::claim(const Actor& stranger, const std::string& code,
                                        const std::string& name) {
  TRY(guards_.is_up());
  if (stranger.role != Role::Stranger) {
    return Error{ErrorCode::Conflict, "this server has an administrator already", "", ""};
  }
  if (code != kClaimCode) {
    return Error{ErrorCode::PermissionDenied, "this is not the code, or it has expired", "", ""};
  }
  state::KeyRow row;
  row.key = {"ssh-ed25519", stranger.stranger_key, "", stranger.key_fingerprint};
  row.name = name;
  row.user = name;
  row.created_at = clock_.now();
  keys_.push_back(row);
  return row;
}

Result<void> FakePeople::remove_key(const Actor& actor, const std::string& fingerprint) {
  TRY(guards_.require_admin(actor));
  const auto removed = std::erase_if(
      keys_, [&](const state::KeyRow& row) { return row.key.fingerprint == fingerprint; });
  if (removed == 0) {
    return Error{ErrorCode::NotFound, "there is no key with this fingerprint", "list them: keys",
                 ""};
  }
  return {};
}

Result<std::vector<state::GrantRow>> FakePeople::access(const Actor& /*actor*/,
                                                        const AppName& app) {
  TRY(guards_.find_app(app));
  std::vector<state::GrantRow> rows;
  for (const auto& [user, row] : grants_[app]) {
    rows.push_back(row);
  }
  return rows;
}

Result<state::GrantRow> FakePeople::grant(const Actor& actor, const AppName& app,
                                          const std::string& user, AppRight right) {
  TRY(guards_.find_app(app));
  TRY(find(user));
  const state::GrantRow row{user, right, actor.name, clock_.now()};
  grants_[app].insert_or_assign(user, row);
  return row;
}

Result<void> FakePeople::revoke(const Actor& /*actor*/, const AppName& app,
                                const std::string& user) {
  TRY(guards_.find_app(app));
  TRY(find(user));
  return grants_[app].erase(user) > 0
             ? Result<void>()
             : Error{ErrorCode::NotFound, fmt::format("{} has no right to {}", user, app.str()), "",
                     ""};
}

}  // namespace minpaas::test
