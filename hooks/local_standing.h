#pragma once

#include "hooks/app_access.h"
#include "hooks/local_tokens.h"
#include "hooks/standing.h"

namespace minpaas::hooks {

class LocalStanding : public Standing {
 public:
  LocalStanding(KeyOwners& keys, LocalTokens& tokens, AppAccess& access)
      : keys_(keys), tokens_(tokens), access_(access) {}

  Result<Actor> renew(const Actor& actor) override;
  Result<bool> has_right(const Actor& actor, const AppName& app, AppRight right) override;

 private:
  KeyOwners& keys_;
  LocalTokens& tokens_;
  AppAccess& access_;
};

}  // namespace minpaas::hooks
