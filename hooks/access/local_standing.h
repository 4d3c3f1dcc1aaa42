#pragma once

#include "hooks/access/app_access.h"
#include "hooks/access/local_tokens.h"
#include "hooks/service/standing.h"

namespace minpaas::hooks {

class LocalStanding : public Standing {
 public:
  LocalStanding(KeyOwners& keys, LocalTokens& tokens, AppAccess& access, state::AppStore& apps)
      : keys_(keys), tokens_(tokens), access_(access), apps_(apps) {}

  Result<Actor> renew(const Actor& actor) override;
  Result<std::optional<std::string>> right_to(const Actor& actor, const AppName& app,
                                              AppRight right) override;
  Result<bool> keeps_right(const Actor& actor, const std::string& label, AppRight right) override;
  Result<void> require(const Actor& actor, const AppName& app, AppRight right) override;

 private:
  KeyOwners& keys_;
  LocalTokens& tokens_;
  AppAccess& access_;
  state::AppStore& apps_;
};

}  // namespace minpaas::hooks
