#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/actor.h"
#include "core/app/app_name.h"
#include "core/app/app_right.h"
#include "core/base/result.h"
#include "core/state/grant_store.h"
#include "core/state/key_store.h"
#include "core/state/user_store.h"

namespace minpaas::hooks {

/// A public key that is to be let in.
struct KeyRequest {
  /// Names the key, and its user where none is said.
  std::string name;
  /// Whose it is to be: one who is there. Absent: the user called like the key, who is made when
  /// there is none; of a member, always themselves.
  std::optional<std::string> user = std::nullopt;
  /// Of a user who is made; absent: an administrator, with a key that has limits a member.
  std::optional<Role> role = std::nullopt;
  std::string public_key;
  /// Empty: all that the user may do.
  std::vector<ScopeRule> scope = {};
  /// Empty: from anywhere.
  std::vector<AddressRange> sources = {};
  /// From now on; absent: until it is removed.
  std::optional<milliseconds> lifetime = std::nullopt;
};

/// Users, their keys, and what members may do with which apps. What takes the last administrator
/// away ends with Conflict. Thread: any.
class People {
 public:
  virtual ~People() = default;

  /// For administrators, as are the three below.
  virtual Result<std::vector<state::UserRow>> users(const Actor& actor) = 0;
  /// Errors: InvalidInput (the name), AlreadyExists.
  virtual Result<state::UserRow> add_user(const Actor& actor, const std::string& name,
                                          Role role) = 0;
  /// Errors: NotFound, Conflict.
  virtual Result<state::UserRow> set_role(const Actor& actor, const std::string& name,
                                          Role role) = 0;
  /// With all keys and grants. Errors: NotFound, Conflict.
  virtual Result<void> remove_user(const Actor& actor, const std::string& name) = 0;

  /// All of them; of a member, their own.
  virtual Result<std::vector<state::KeyRow>> keys(const Actor& actor) = 0;
  /// Errors: InvalidInput, NotFound (the user), AlreadyExists (the key), PermissionDenied (a member
  /// and another user; more than what the actor came with may do).
  virtual Result<state::KeyRow> add_key(const Actor& actor, const KeyRequest& request) = 0;
  /// The first administrator, a stranger whose key signed, by the code that the server has printed.
  /// Errors: InvalidInput (the name), PermissionDenied (it is not the code), Conflict (there is an
  /// administrator).
  virtual Result<state::KeyRow> claim(const Actor& stranger, const std::string& code,
                                      const std::string& name) = 0;
  /// Ends the connections that have logged in with it. Errors: NotFound (also a member and the key
  /// of another), Conflict (it is in the administrators' file, or the last).
  virtual Result<void> remove_key(const Actor& actor, const std::string& fingerprint) = 0;

  /// Members with a right to the app, by name.
  virtual Result<std::vector<state::GrantRow>> access(const Actor& actor, const AppName& app) = 0;
  /// In place of the right that the user had. For those who administer the app, as is `revoke`.
  /// Errors: NotFound (the user), Conflict (an administrator of the server, who may do all).
  virtual Result<state::GrantRow> grant(const Actor& actor, const AppName& app,
                                        const std::string& user, AppRight right) = 0;
  /// Errors: NotFound (the user, or they have none).
  virtual Result<void> revoke(const Actor& actor, const AppName& app, const std::string& user) = 0;
};

}  // namespace minpaas::hooks
