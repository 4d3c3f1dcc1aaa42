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

  /// Both must match the same key. Absent: nobody's, or the lookup failed (which is logged).
  std::optional<Actor> find_actor(std::string_view fingerprint, std::string_view blob_base64);
  /// The owner has signed with the key: remembers when it was used last.
  void note_use(const Actor& actor);

  /// Keys of the database, then those of the file (their user is `kAdminKeysUser`).
  Result<std::vector<state::KeyRow>> list();
  /// `user` is made with `role` when there is none of that name. Errors: InvalidInput,
  /// AlreadyExists.
  Result<state::KeyRow> add(const Actor& actor, const std::string& name, const std::string& user,
                            Role role, std::string_view public_key);
  /// Errors: NotFound, Conflict (the key is in the file).
  Result<void> remove(const std::string& fingerprint);

  /// Whether a key with this fingerprint is in the file now.
  [[nodiscard]] bool is_in_file(std::string_view fingerprint) const;

  static constexpr std::string_view kAdminKeysUser = "admin_keys";
  /// Whoever has a key of the file is no row of the database, whose ids begin with 1.
  static constexpr std::int64_t kUserOfTheFile = 0;

 private:
  std::vector<state::PublicKey> keys_of_file() const;

  state::KeyStore& store_;
  std::filesystem::path admin_keys_;
  const Clock& clock_;
};

/// Names of users and of keys. Errors: InvalidInput.
Result<void> check_person_name(const std::string& name);

}  // namespace minpaas::hooks
