#pragma once

#include <cstdint>
#include <string>

namespace minpaas {

enum class Role { Admin, Member };

/// Who asks: made only by a verified signature, carried by every call into the service layer.
struct Actor {
  std::int64_t user_id = 0;
  std::string name;
  Role role = Role::Member;
  /// `SHA256:...` of the key that signed.
  std::string key_fingerprint;
  /// Peer address, for the log.
  std::string from;
};

}  // namespace minpaas
