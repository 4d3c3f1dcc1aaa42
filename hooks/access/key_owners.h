#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/actor.h"
#include "core/base/clock.h"
#include "core/state/key_store.h"

namespace minpaas::hooks {

/// Who owns which key: the keys of the database, then those of the `[access] admin_keys` file,
/// which is read anew at every question. Thread: any.
class KeyOwners {
 public:
  KeyOwners(state::KeyStore& store, std::filesystem::path admin_keys, const Clock& clock)
      : store_(store), admin_keys_(std::move(admin_keys)), clock_(clock) {}

  /// Both must match the same key. `from` is the peer's address. Absent: nobody's, or it has
  /// expired or may not come from there, or the lookup failed (all but the first are logged).
  std::optional<Actor> find_actor(std::string_view fingerprint, std::string_view blob_base64,
                                  std::string_view from);
  /// Why the key may not log in from there, as what is put on record; absent: nobody's, or it may.
  std::optional<std::string> objection_to(std::string_view fingerprint, std::string_view from);
  /// Whoever came with a key, as they are now. Errors: PermissionDenied (the key or its owner is
  /// gone, or it has expired).
  Result<Actor> renew(const Actor& actor);
  /// The owner has signed with the key: remembers when it was used last.
  void note_use(const Actor& actor);

  /// Keys of the database, then those of the file (their user is `kAdminKeysUser`).
  Result<std::vector<state::KeyRow>> list();
  /// Errors: InvalidInput (its name), AlreadyExists.
  Result<state::KeyRow> add(const Actor& actor, const state::NewKey& key);
  /// Errors: NotFound, Conflict (the key is in the file).
  Result<void> remove(const std::string& fingerprint);

  /// Whether someone could administer the server: a key is in the file, or one of an administrator
  /// without limits is known. Errors: those of the database and of a file that cannot be read.
  Result<bool> has_admin();
  /// Whether a key with this fingerprint is in the file now.
  [[nodiscard]] bool is_in_file(std::string_view fingerprint) const;

  static constexpr std::string_view kAdminKeysUser = "admin_keys";
  /// Whoever has a key of the file is no row of the database, whose ids begin with 1.
  static constexpr std::int64_t kUserOfTheFile = 0;

 private:
  std::vector<state::PublicKey> keys_of_file() const;
  [[nodiscard]] std::optional<std::string> objection_to(const state::KeyRow& row,
                                                        std::string_view from) const;

  state::KeyStore& store_;
  std::filesystem::path admin_keys_;
  const Clock& clock_;
};

/// Names of users and of keys. Errors: InvalidInput.
Result<void> check_person_name(const std::string& name);

}  // namespace minpaas::hooks
