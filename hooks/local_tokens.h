#pragma once

#include "hooks/key_owners.h"
#include "hooks/tokens.h"

namespace minpaas::hooks {

class LocalTokens : public Tokens, public TokenAuthenticator {
 public:
  LocalTokens(state::TokenStore& store, KeyOwners& owners, const Clock& clock)
      : store_(store), owners_(owners), clock_(clock) {}

  Result<std::vector<state::TokenRow>> list(const Actor& actor) override;
  Result<NewToken> create(const Actor& actor, const TokenRequest& request) override;
  Result<state::TokenRow> revoke(const Actor& actor, const std::string& name) override;
  Result<Actor> authenticate(std::string_view secret, const std::string& from) override;

 private:
  state::TokenStore& store_;
  KeyOwners& owners_;
  const Clock& clock_;
};

}  // namespace minpaas::hooks
