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

/// What keeps the caches of an app's builds apart from those of other apps: 32 hex digits each,
/// that nobody can guess.
struct CacheScopes {
  /// Of all builds of the app.
  std::string mounts;
  /// Of those with these build secrets; empty without any.
  std::string steps;
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
  /// For a build with these values. Errors: NotFound (the app).
  Result<CacheScopes> cache_scopes(const AppName& app, const ConfigVars& values);
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
