#include "core/state/user_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "core/state/access.h"
#include "core/state/enum_text.h"
#include "core/state/row.h"

namespace minpaas::state {
namespace {

constexpr EnumText<Role, 2> kRoles{"role", {{{Role::Admin, "admin"}, {Role::Member, "member"}}}};

constexpr const char* kSelect =
    "SELECT u.id, u.name, u.role, u.created_at,"
    " (SELECT count(*) FROM keys k WHERE k.user_id = u.id),"
    " (SELECT count(*) FROM grants g WHERE g.user_id = u.id),"
    " (SELECT max(k.last_used_at) FROM keys k WHERE k.user_id = u.id) FROM users u";

Error no_such_user(const std::string& name) {
  return {ErrorCode::NotFound, fmt::format("there is no user {}", name), "list them: users", ""};
}

Result<UserRow> row_from(SQLite::Statement& query) {
  const Role role = TRY(role_from(query.getColumn(2).getString()));
  return UserRow{.id = query.getColumn(0).getInt64(),
                 .name = query.getColumn(1).getString(),
                 .role = role,
                 .created_at = time_from(query.getColumn(3)),
                 .keys = query.getColumn(4).getInt(),
                 .apps = query.getColumn(5).getInt(),
                 .last_seen_at = optional_time_from(query.getColumn(6))};
}

Result<UserRow> select(SQLite::Database& connection, const std::string& name) {
  SQLite::Statement query(connection, fmt::format("{} WHERE u.name = ?", kSelect));
  query.bind(1, name);
  if (!query.executeStep()) {
    return no_such_user(name);
  }
  return row_from(query);
}

}  // namespace

std::string role_text(Role role) {
  return std::string(kRoles.text(role));
}

Result<Role> role_from(const std::string& word) {
  return kRoles.value(word);
}

Result<std::int64_t> user_id(SQLite::Database& connection, const std::string& name) {
  SQLite::Statement query(connection, "SELECT id FROM users WHERE name = ?");
  query.bind(1, name);
  if (!query.executeStep()) {
    return no_such_user(name);
  }
  return query.getColumn(0).getInt64();
}

Result<UserRow> UserStore::add(const std::string& name, Role role, SystemTime now) {
  return write_value(database_, [&](SQLite::Database& connection) -> Result<UserRow> {
    SQLite::Statement insert(connection,
                             "INSERT INTO users (name, role, created_at) VALUES (?, ?, ?)"
                             " ON CONFLICT (name) DO NOTHING");
    insert.bind(1, name);
    insert.bind(2, role_text(role));
    insert.bind(3, to_column(now));
    if (insert.exec() == 0) {
      return Error{ErrorCode::AlreadyExists, fmt::format("there is a user {} already", name),
                   "list them: users", ""};
    }
    return select(connection, name);
  });
}

Result<UserRow> UserStore::find(const std::string& name) {
  return read_value(database_,
                    [&](SQLite::Database& connection) { return select(connection, name); });
}

Result<std::vector<UserRow>> UserStore::list() {
  return read_value(database_, [](SQLite::Database& connection) -> Result<std::vector<UserRow>> {
    SQLite::Statement query(connection, fmt::format("{} ORDER BY u.name", kSelect));
    std::vector<UserRow> rows;
    while (query.executeStep()) {
      rows.push_back(TRY(row_from(query)));
    }
    return rows;
  });
}

Result<void> UserStore::set_role(const std::string& name, Role role) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement update(connection, "UPDATE users SET role = ? WHERE name = ?");
    update.bind(1, role_text(role));
    update.bind(2, name);
    return update.exec() == 0 ? no_such_user(name) : Result<void>();
  });
}

Result<void> UserStore::remove(const std::string& name) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement remove(connection, "DELETE FROM users WHERE name = ?");
    remove.bind(1, name);
    return remove.exec() == 0 ? no_such_user(name) : Result<void>();
  });
}

}  // namespace minpaas::state
