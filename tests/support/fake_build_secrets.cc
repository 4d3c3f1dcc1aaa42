#include "tests/support/fake_build_secrets.h"

#include "hooks/service/platform.h"

namespace minpaas::test {

Result<std::vector<state::BuildSecretRow>> FakeBuildSecrets::list(const Actor& actor,
                                                                  const AppName& name) {
  TRY(platform_.app(actor, name));
  std::vector<state::BuildSecretRow> rows;
  for (const auto& [key, row] : rows_[name]) {
    rows.push_back(row);
  }
  return rows;
}

Result<void> FakeBuildSecrets::set(const Actor& actor, const AppName& name,
                                   const ConfigVars& values) {
  TRY(platform_.require_open(actor, name));
  TRY(platform_.app(actor, name));
  for (const auto& [key, value] : values) {
    rows_[name].insert_or_assign(key, state::BuildSecretRow{key, clock_.now(), actor.name});
  }
  return {};
}

Result<void> FakeBuildSecrets::unset(const Actor& actor, const AppName& name,
                                     const std::vector<ConfigKey>& keys) {
  TRY(platform_.require_open(actor, name));
  TRY(platform_.app(actor, name));
  for (const ConfigKey& key : keys) {
    if (rows_[name].erase(key) == 0) {
      return Error{ErrorCode::NotFound, name.str() + " has no build secret " + key.str(),
                   "list them: build-secrets " + name.str(), ""};
    }
  }
  return {};
}

}  // namespace minpaas::test
