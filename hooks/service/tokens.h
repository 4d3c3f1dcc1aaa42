#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/actor.h"
#include "core/state/token_store.h"

namespace minpaas::hooks {

struct TokenRequest {
  std::string name;
  /// Empty: all that the owner may do.
  std::vector<ScopeRule> scope;
  /// From now on; absent: until it is revoked.
  std::optional<milliseconds> lifetime;
};

struct NewToken {
  state::TokenRow row;
  /// Nowhere else.
  std::string secret;
};

/// Tokens of the HTTP API. Everyone makes and revokes their own; administrators see and revoke all.
/// Thread: any.
class Tokens {
 public:
  virtual ~Tokens() = default;

  virtual Result<std::vector<state::TokenRow>> list(const Actor& actor) = 0;
  /// Errors: InvalidInput, AlreadyExists (the actor has one of the name), PermissionDenied (a token
  /// with a scope would make one with more, one that expires one that outlives it).
  virtual Result<NewToken> create(const Actor& actor, const TokenRequest& request) = 0;
  /// By id, or by the name that its owner gave it: the actor, or for administrators who `owner`
  /// says. Errors: NotFound, also for a token of another that one may not see; PermissionDenied (a
  /// member and another owner), Conflict (two owners are called that).
  virtual Result<state::TokenRow> revoke(const Actor& actor, const std::string& name,
                                         const std::optional<std::string>& owner) = 0;
};

/// Finds who shows a token. Thread: any.
class TokenAuthenticator {
 public:
  virtual ~TokenAuthenticator() = default;
  /// The owner as they are now, with the token's scope. Errors: PermissionDenied (no such token, it
  /// has expired, its owner is gone).
  virtual Result<Actor> authenticate(std::string_view secret, const std::string& from) = 0;
  /// The token that has this secret, whether it holds or not; absent: nobody's.
  virtual std::optional<state::TokenRow> find_row(std::string_view secret) = 0;
};

}  // namespace minpaas::hooks
