#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/app/access_scope.h"
#include "core/app/address_range.h"
#include "core/base/clock.h"

namespace minpaas {

/// Stranger: nobody knows their key, and the server has no administrator yet. They may claim it,
/// and nothing else.
enum class Role { Admin, Member, Stranger };

/// Who asks: made only by a verified signature or token, carried by every call into the service
/// layer.
struct Actor {
  std::int64_t user_id = 0;
  std::string name;
  Role role = Role::Member;
  /// `SHA256:...` of the key that signed, or of the one that a token stands for; may be empty then.
  std::string key_fingerprint;
  /// Peer address, for the log.
  std::string from;
  /// Of the key or token that they came with.
  AccessScope scope = {};
  /// When that key or token ends; absent: it does not.
  std::optional<SystemTime> expires_at = std::nullopt;
  /// Public part of the token that was shown; empty for whoever came with a key.
  std::string token_id = {};
  /// Where the key may come from; empty: from anywhere.
  std::vector<AddressRange> sources = {};
  /// Of a stranger, the key itself as in an authorized_keys line (base64).
  std::string stranger_key = {};

  /// What they came with, as it is put on record: nothing secret.
  [[nodiscard]] std::string credential() const {
    return token_id.empty() ? key_fingerprint : "token " + token_id;
  }
};

}  // namespace minpaas
