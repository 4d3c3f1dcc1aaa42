#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "config/settings.h"
#include "core/state/claim_store.h"
#include "hooks/access/key_owners.h"

namespace minpaas::hooks {

/// How a server without an administrator gets its first one: a code that was printed on the server
/// lets one key in, once. As long as there is no administrator and a code is valid, keys that
/// nobody knows may log in, and do nothing but claim. Thread: any.
class FirstClaim {
 public:
  /// How long a code is valid.
  static constexpr std::chrono::hours kLifetime{24};

  FirstClaim(state::ClaimStore& codes, KeyOwners& keys, const Clock& clock)
      : codes_(codes), keys_(keys), clock_(clock) {}

  /// Who an unknown key is: a stranger who may claim. Absent: the server is claimed or has no valid
  /// code, or it could not be found out (which is logged).
  std::optional<Actor> stranger(std::string_view fingerprint, std::string_view blob_base64);

  /// A fresh code in place of the one before. Errors: Conflict (there is an administrator).
  Result<std::string> make_code();

  /// The stranger becomes an administrator called `name`. Errors: InvalidInput (the name),
  /// PermissionDenied (it is not the code, or no more), Conflict (there is an administrator).
  Result<state::KeyRow> claim(const Actor& stranger, std::string_view code,
                              const std::string& name);

 private:
  Result<void> require_no_admin();

  state::ClaimStore& codes_;
  KeyOwners& keys_;
  const Clock& clock_;
  /// One claim at a time.
  std::mutex claiming_;
};

/// What a stranger is told who asks for anything else.
Error not_claimed();

/// For a program beside the server: a fresh code in its data folder. Errors: NotFound (no server
/// was started there yet), Conflict (there is an administrator), those of the database.
Result<std::string> make_code_for(const config::Settings& settings, const Clock& clock);

}  // namespace minpaas::hooks
