#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "hooks/service/people.h"

namespace minpaas::test {

/// The only code that claims.
inline constexpr const char* kClaimCode = "7Q4K-9M2X-T0VB-HN3E";

/// Users, keys and grants in memory. Thread: one at a time.
class FakePeople : public hooks::People {
 public:
  struct Guards {
    std::function<Result<void>()> is_up;
    std::function<Result<void>(const Actor& actor)> require_admin;
    std::function<Result<void>(const AppName& app)> find_app;
  };

  FakePeople(const Clock& clock, Guards guards) : clock_(clock), guards_(std::move(guards)) {}

  /// A key of the administrators' file, used five minutes ago.
  void add_file_key(std::string_view public_key, std::string name);

  Result<std::vector<state::UserRow>> users(const Actor& actor) override;
  Result<state::UserRow> add_user(const Actor& actor, const std::string& name, Role role) override;
  Result<state::UserRow> set_role(const Actor& actor, const std::string& name, Role role) override;
  Result<void> remove_user(const Actor& actor, const std::string& name) override;
  Result<std::vector<state::KeyRow>> keys(const Actor& actor) override;
  Result<state::KeyRow> add_key(const Actor& actor, const hooks::KeyRequest& request) override;
  /// The code is `CODE`.
  Result<state::KeyRow> claim(const Actor& stranger, const std::string& code,
                              const std::string& name) override;
  Result<void> remove_key(const Actor& actor, const std::string& fingerprint) override;
  Result<std::vector<state::GrantRow>> access(const Actor& actor, const AppName& app) override;
  Result<state::GrantRow> grant(const Actor& actor, const AppName& app, const std::string& user,
                                AppRight right) override;
  Result<void> revoke(const Actor& actor, const AppName& app, const std::string& user) override;

 private:
  Result<state::UserRow*> find(const std::string& name);
  /// The row with what is counted.
  state::UserRow counted(const state::UserRow& row) const;

  const Clock& clock_;
  Guards guards_;
  std::map<std::string, state::UserRow> users_;
  std::vector<state::KeyRow> keys_;
  std::map<AppName, std::map<std::string, state::GrantRow>> grants_;
};

}  // namespace minpaas::test
