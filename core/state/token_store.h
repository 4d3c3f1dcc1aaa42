#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/app/access_scope.h"
#include "core/app/actor.h"
#include "core/base/clock.h"
#include "core/state/database.h"

namespace minpaas::state {

/// Whom a token acts for: a user of the database, or whoever has a key of the admin_keys file.
struct TokenOwner {
  std::optional<std::int64_t> user_id;
  /// Fingerprint; empty for a user.
  std::string file_key;
  std::string name;
  /// As it is now.
  Role role = Role::Member;
};

struct TokenRow {
  /// The public part of the secret.
  std::string id;
  std::string name;
  TokenOwner owner;
  AccessScope scope;
  SystemTime created_at;
  std::optional<SystemTime> expires_at;
  std::optional<SystemTime> last_used_at;
};

/// A new secret, `mp_ID_SECRET`, 256 random bits behind the ID: no slow hash is needed to keep
/// them.
struct TokenSecret {
  std::string id;
  std::string text;

  static TokenSecret make();
};

/// Tokens of the HTTP API; of their secrets only hashes. Thread: any.
class TokenStore {
 public:
  explicit TokenStore(Database& database) : database_(database) {}

  /// Errors: AlreadyExists (the owner has one of the name).
  Result<void> add(const TokenRow& row, const TokenSecret& secret);
  /// The token whose secret this is; compared in constant time. Errors: NotFound.
  Result<TokenRow> find_by_secret(std::string_view secret);
  /// Errors: NotFound.
  Result<TokenRow> find(const std::string& id);
  /// By name and owner.
  Result<std::vector<TokenRow>> list();
  /// Errors: NotFound.
  Result<void> remove(const std::string& id);
  /// Remembers that the token was used, to the minute.
  Result<void> touch(const TokenRow& row, SystemTime now);

 private:
  Database& database_;
};

}  // namespace minpaas::state
