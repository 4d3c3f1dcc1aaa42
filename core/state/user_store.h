#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/app/actor.h"
#include "core/base/clock.h"
#include "core/state/database.h"

namespace minpaas::state {

struct UserRow {
  std::int64_t id = 0;
  std::string name;
  Role role = Role::Member;
  SystemTime created_at = {};
  int keys = 0;
  /// Apps that are granted; an administrator needs no grant.
  int apps = 0;
  /// When one of the keys was used last.
  std::optional<SystemTime> last_seen_at = std::nullopt;
};

/// People. Their keys are in KeyStore, what they may do in GrantStore. Thread: any.
class UserStore {
 public:
  explicit UserStore(Database& database) : database_(database) {}

  /// Errors: AlreadyExists.
  Result<UserRow> add(const std::string& name, Role role, SystemTime now);
  /// Errors: NotFound.
  Result<UserRow> find(const std::string& name);
  /// By name.
  Result<std::vector<UserRow>> list();
  /// Errors: NotFound.
  Result<void> set_role(const std::string& name, Role role);
  /// With their keys and grants. Errors: NotFound.
  Result<void> remove(const std::string& name);

 private:
  Database& database_;
};

/// For the stores. Errors: NotFound.
Result<std::int64_t> user_id(SQLite::Database& connection, const std::string& name);
/// For the stores: as they stand in a column, and back. Errors: Corrupt.
std::string role_text(Role role);
Result<Role> role_from(const std::string& word);

}  // namespace minpaas::state
