#pragma once

#include "hooks/access/key_owners.h"
#include "hooks/service/tokens.h"

namespace minpaas::hooks {

class LocalTokens : public Tokens, public TokenAuthenticator {
 public:
  LocalTokens(state::TokenStore& store, KeyOwners& owners, const Clock& clock)
      : store_(store), owners_(owners), clock_(clock) {}

  Result<std::vector<state::TokenRow>> list(const Actor& actor) override;
  Result<NewToken> create(const Actor& actor, const TokenRequest& request) override;
  Result<state::TokenRow> revoke(const Actor& actor, const std::string& name,
                                 const std::optional<std::string>& owner) override;
  Result<Actor> authenticate(std::string_view secret, const std::string& from) override;
  std::optional<state::TokenRow> find_row(std::string_view secret) override;
  /// Whoever came with a token, as they are now. Errors: PermissionDenied (it was revoked, has
  /// expired, or its owner is gone).
  Result<Actor> renew(const Actor& actor);

 private:
  /// Errors: NotFound, Conflict.
  Result<state::TokenRow> find(const Actor& actor, const std::string& name,
                               const std::optional<std::string>& owner);
  /// Errors: PermissionDenied.
  Result<Actor> actor_of(const Result<state::TokenRow>& row, const std::string& from);

  state::TokenStore& store_;
  KeyOwners& owners_;
  const Clock& clock_;
};

}  // namespace minpaas::hooks
