#pragma once

#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/state/database.h"

namespace minpaas::state {

/// 80 random bits as four groups of four letters and digits (Crockford's base32): short enough to
/// type, too much to guess.
std::string make_claim_code();

/// The code that lets the first administrator's key in; only a hash of it. Thread: any.
class ClaimStore {
 public:
  explicit ClaimStore(Database& database) : database_(database) {}

  /// In place of the one before.
  Result<void> put(std::string_view code, SystemTime expires_at);
  /// Whether there is one that has not expired.
  Result<bool> is_open(SystemTime now);
  /// Whether this is the code, and it has not expired: compared in constant time. Small letters,
  /// other dashes and spaces, and O, I and L for digits do not matter.
  Result<bool> matches(std::string_view code, SystemTime now);
  Result<void> forget();

 private:
  Database& database_;
};

}  // namespace minpaas::state
