#pragma once

#include <functional>
#include <mutex>

#include "hooks/access/app_access.h"
#include "hooks/access/first_claim.h"
#include "hooks/access/key_owners.h"
#include "hooks/service/people.h"

namespace minpaas::hooks {

class LocalPeople : public People {
 public:
  LocalPeople(state::UserStore& users, state::GrantStore& grants, KeyOwners& keys,
              FirstClaim& first, AppAccess& access, const Clock& clock)
      : users_(users),
        grants_(grants),
        keys_(keys),
        first_(first),
        access_(access),
        clock_(clock) {}

  Result<std::vector<state::UserRow>> users(const Actor& actor) override;
  Result<state::UserRow> add_user(const Actor& actor, const std::string& name, Role role) override;
  Result<state::UserRow> set_role(const Actor& actor, const std::string& name, Role role) override;
  Result<void> remove_user(const Actor& actor, const std::string& name) override;
  Result<std::vector<state::KeyRow>> keys(const Actor& actor) override;
  Result<state::KeyRow> add_key(const Actor& actor, const KeyRequest& request) override;

  Result<state::KeyRow> claim(const Actor& stranger, const std::string& code,
                              const std::string& name) override {
    return first_.claim(stranger, code, name);
  }

  Result<void> remove_key(const Actor& actor, const std::string& fingerprint) override;
  Result<std::vector<state::GrantRow>> access(const Actor& actor, const AppName& app) override;
  Result<state::GrantRow> grant(const Actor& actor, const AppName& app, const std::string& user,
                                AppRight right) override;
  Result<void> revoke(const Actor& actor, const AppName& app, const std::string& user) override;

 private:
  /// Errors: Conflict when no administrator's key would be left without those that `goes`.
  Result<void> require_admin_without(const std::function<bool(const state::KeyRow&)>& goes);
  Result<std::string> owner_of_new_key(const Actor& actor, const KeyRequest& request);

  state::UserStore& users_;
  state::GrantStore& grants_;
  KeyOwners& keys_;
  FirstClaim& first_;
  AppAccess& access_;
  const Clock& clock_;
  /// Held from the look at who is left until what goes is gone.
  std::mutex leaving_;
};

}  // namespace minpaas::hooks
