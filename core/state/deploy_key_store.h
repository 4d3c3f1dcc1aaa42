#pragma once

#include <optional>
#include <string>

#include "core/app/app_name.h"
#include "core/app/config_var.h"
#include "core/base/clock.h"
#include "core/state/config_store.h"
#include "core/state/database.h"

namespace minpaas::state {

struct DeployKeyRow {
  /// One line, as in a .pub file.
  std::string public_key;
  /// In OpenSSH's form.
  Secret private_key;
  /// As ssh writes it.
  std::string known_hosts;
  SystemTime created_at;
};

/// Keys of apps for repositories elsewhere; the private ones are encrypted. Thread: any.
class DeployKeyStore {
 public:
  DeployKeyStore(Database& database, const SecretKey& key) : database_(database), key_(key) {}

  /// Absent when the app has none. Errors: NotFound (no such app), Corrupt (this key does not open
  /// it).
  Result<std::optional<DeployKeyRow>> of_app(const AppName& app);
  /// In place of the one that it has. Errors: NotFound.
  Result<void> put(const AppName& app, const DeployKeyRow& row);
  Result<void> set_known_hosts(const AppName& app, const std::string& known_hosts);

  /// Whether any encrypted key exists.
  Result<bool> has_values();

 private:
  Database& database_;
  const SecretKey& key_;
};

}  // namespace minpaas::state
