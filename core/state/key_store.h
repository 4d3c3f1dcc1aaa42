#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/app/actor.h"
#include "core/base/clock.h"
#include "core/state/database.h"

namespace minpaas::state {

/// A public key in its parts, from an authorized_keys line (`type base64 [comment]`).
struct PublicKey {
  std::string type;
  std::string blob_base64;
  std::string comment;
  /// `SHA256:...`, as ssh-keygen -lf prints it.
  std::string fingerprint;
  /// One line, options refused. Errors: InvalidInput (no key, unknown type, broken base64, RSA
  /// below 2048 bits, a private key).
  static Result<PublicKey> parse(std::string_view line);
  /// Without its type, which is in it. Errors: InvalidInput.
  static Result<PublicKey> from_blob(std::string_view blob_base64);
};

/// All keys of an authorized_keys file. Lines that are no key are skipped; each puts `line N: why`
/// into `bad`, without the text of the line.
std::vector<PublicKey> parse_key_file(std::string_view text, std::vector<std::string>& bad);

/// What a key may do, from where and until when.
struct KeyLimits {
  AccessScope scope = {};
  /// Empty: from anywhere.
  std::vector<AddressRange> sources = {};
  std::optional<SystemTime> expires_at = std::nullopt;

  [[nodiscard]] bool none() const {
    return scope.is_everything() && sources.empty() && !expires_at;
  }
};

/// A key that is to be let in, and for whom.
struct NewKey {
  PublicKey key;
  std::string name;
  std::string user;
  /// Of a user who is made.
  Role role = Role::Admin;
  KeyLimits limits = {};
};

struct KeyRow {
  PublicKey key;
  std::string name;
  std::int64_t user_id = 0;
  std::string user;
  Role role = Role::Admin;
  /// Absent for a key that is kept elsewhere.
  std::optional<SystemTime> created_at;
  std::optional<SystemTime> last_used_at;
  KeyLimits limits = {};
};

/// A second use within this time writes nothing.
constexpr seconds kTouchInterval{60};

/// Errors: NotFound.
Error no_such_key(const std::string& fingerprint);

/// The keys of users. Thread: any.
class KeyStore {
 public:
  explicit KeyStore(Database& database) : database_(database) {}

  /// Adds the key to its user, who is made when there is none (and keeps the role that they have).
  /// Errors: AlreadyExists (the key, whoever has it).
  Result<KeyRow> add(const NewKey& key, SystemTime now);
  /// Errors: NotFound.
  Result<KeyRow> find(const std::string& fingerprint);
  /// By user and name.
  Result<std::vector<KeyRow>> list();
  /// Errors: NotFound.
  Result<void> remove(const std::string& fingerprint);
  /// Remembers that the key was used, to the minute. Errors: NotFound.
  Result<void> touch(const std::string& fingerprint, SystemTime now);
  /// The same for a key that is kept elsewhere.
  Result<void> touch_file_key(const std::string& fingerprint, SystemTime now);
  /// When a key that is kept elsewhere was used last; absent = never.
  Result<std::optional<SystemTime>> file_key_use(const std::string& fingerprint);

 private:
  Database& database_;
};

}  // namespace minpaas::state
