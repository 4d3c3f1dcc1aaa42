#pragma once

#include <cstdint>
#include <string>

#include "core/app/token_scope.h"

namespace minpaas {

enum class Role { Admin, Member };

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
  /// Of the token that was shown; everything for whoever came with a key.
  TokenScope scope = {};
};

}  // namespace minpaas
