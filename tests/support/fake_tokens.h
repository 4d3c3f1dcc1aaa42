#pragma once

#include <functional>
#include <map>

#include "hooks/service/tokens.h"

namespace minpaas::test {

/// Tokens in memory, whose secrets are `secret-NAME`. Thread: one at a time.
class FakeTokens : public hooks::Tokens, public hooks::TokenAuthenticator {
 public:
  FakeTokens(const Clock& clock, std::function<Result<void>()> is_up)
      : clock_(clock), is_up_(std::move(is_up)) {}

  Result<std::vector<state::TokenRow>> list(const Actor& actor) override;
  Result<hooks::NewToken> create(const Actor& actor, const hooks::TokenRequest& request) override;
  Result<state::TokenRow> revoke(const Actor& actor, const std::string& name,
                                 const std::optional<std::string>& owner) override;
  Result<Actor> authenticate(std::string_view secret, const std::string& from) override;
  std::optional<state::TokenRow> find_row(std::string_view secret) override;

 private:
  const Clock& clock_;
  std::function<Result<void>()> is_up_;
  std::map<std::string, state::TokenRow> rows_;
};

}  // namespace minpaas::test
