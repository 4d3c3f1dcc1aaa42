#pragma once

#include <string>
#include <vector>

#include "core/app/app_name.h"
#include "core/app/config_var.h"
#include "core/state/config_store.h"
#include "core/state/database.h"

namespace minpaas::state {

/// What is told of a build secret: all but its value.
struct BuildSecretRow {
  ConfigKey key;
  SystemTime set_at;
  /// Name of a person.
  std::string set_by;
};

/// The build secrets of apps, encrypted. They are of no release: the next build has what is set
/// then. Thread: any.
class BuildSecretStore {
 public:
  BuildSecretStore(Database& database, const SecretKey& key) : database_(database), key_(key) {}

  /// By key. Errors: NotFound (the app).
  Result<std::vector<BuildSecretRow>> of_app(const AppName& app);
  /// Errors: NotFound (the app), Corrupt (a value that this key does not open).
  Result<ConfigVars> values(const AppName& app);
  Result<void> set(const AppName& app, const ConfigVars& values, const std::string& actor,
                   SystemTime now);
  /// All or none. Errors: NotFound (the app, or the first that is not set).
  Result<void> unset(const AppName& app, const std::vector<ConfigKey>& keys);
  /// Whether any encrypted value exists.
  Result<bool> has_values();

 private:
  Database& database_;
  const SecretKey& key_;
};

}  // namespace minpaas::state
