#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/app/app_name.h"
#include "core/app/config_var.h"
#include "core/state/database.h"

namespace minpaas::state {

/// The key that config values are encrypted with (XChaCha20-Poly1305, libsodium).
class SecretKey {
 public:
  /// Reads the file (0600 demanded), or makes it when neither it nor a database with values
  /// exists. Errors: PermissionDenied (others may read it), Corrupt (wrong size), NotFound
  /// (missing while `must_exist`).
  static Result<SecretKey> load_or_create(const std::filesystem::path& file, bool must_exist);
  /// nonce + ciphertext; `context` (app and key name) is bound to it, so that rows cannot be
  /// swapped.
  [[nodiscard]] std::string encrypt(std::string_view plain, std::string_view context) const;
  /// Errors: Corrupt.
  [[nodiscard]] Result<std::string> decrypt(std::string_view sealed,
                                            std::string_view context) const;
  /// A hash of 32 bytes that nobody can make without this key (keyed BLAKE2b); `context` says what
  /// for.
  [[nodiscard]] std::string tag(std::string_view context, std::string_view bytes) const;

 private:
  std::array<unsigned char, 32> bytes_{};
};

/// Config vars by version: every change makes the next version of the whole set, and old versions
/// stay for the releases that use them. Thread: any.
class ConfigStore {
 public:
  ConfigStore(Database& database, const SecretKey& key) : database_(database), key_(key) {}

  /// The newest version, 0 and empty when nothing was ever set.
  Result<std::pair<int, ConfigVars>> latest(const AppName& app);
  /// Version 0 is empty. Errors: NotFound, Corrupt (a value that this key does not open).
  Result<ConfigVars> at(const AppName& app, int version);
  /// Latest plus `set` minus `unset` as a new version, which is returned. When nothing changes,
  /// the latest version is returned and nothing is written.
  Result<int> change(const AppName& app, const ConfigVars& set, const std::vector<ConfigKey>& unset,
                     SystemTime now);
  /// Makes the content of `version` the newest again (the release that wanted the change failed)
  /// and returns the number it has now. Errors: NotFound.
  Result<int> revert_to(const AppName& app, int version, SystemTime now);
  /// Whether any encrypted value exists.
  Result<bool> has_values();

 private:
  Database& database_;
  const SecretKey& key_;
};

}  // namespace minpaas::state
