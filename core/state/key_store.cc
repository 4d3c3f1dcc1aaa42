#include "core/state/key_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "core/base/text.h"
#include "core/state/access.h"
#include "core/state/row.h"
#include "core/state/user_store.h"

namespace minpaas::state {
namespace {

constexpr const char* kSelect =
    "SELECT k.type, k.blob_base64, k.comment, k.fingerprint, k.name, u.id, u.name, u.role,"
    " k.created_at, k.last_used_at, k.scope, k.sources, k.expires_at FROM keys k JOIN users u ON "
    "u.id = k.user_id";

/// One that cannot be read must not leave a key that may come from anywhere.
Result<std::vector<AddressRange>> sources_from(const std::string& text) {
  std::vector<AddressRange> sources;
  if (text.empty()) {
    return sources;
  }
  for (const std::string_view word : split(text, ' ')) {
    sources.push_back(TRY(AddressRange::parse(word)));
  }
  return sources;
}

std::string sources_text(const std::vector<AddressRange>& sources) {
  std::string text;
  for (const AddressRange& range : sources) {
    text += (text.empty() ? "" : " ") + range.str();
  }
  return text;
}

Result<KeyRow> row_from(SQLite::Statement& query) {
  const Role role = TRY(role_from(query.getColumn(7).getString()));
  auto scope = TRY(AccessScope::parse(query.getColumn(10).getString()));
  auto sources = TRY(sources_from(query.getColumn(11).getString()));
  KeyLimits limits{std::move(scope), std::move(sources), optional_time_from(query.getColumn(12))};
  return KeyRow{.key = {.type = query.getColumn(0).getString(),
                        .blob_base64 = query.getColumn(1).getString(),
                        .comment = query.getColumn(2).getString(),
                        .fingerprint = query.getColumn(3).getString()},
                .name = query.getColumn(4).getString(),
                .user_id = query.getColumn(5).getInt64(),
                .user = query.getColumn(6).getString(),
                .role = role,
                .created_at = time_from(query.getColumn(8)),
                .last_used_at = optional_time_from(query.getColumn(9)),
                .limits = std::move(limits)};
}

Result<KeyRow> select(SQLite::Database& connection, const std::string& fingerprint) {
  SQLite::Statement query(connection, fmt::format("{} WHERE k.fingerprint = ?", kSelect));
  query.bind(1, fingerprint);
  if (!query.executeStep()) {
    return no_such_key(fingerprint);
  }
  return row_from(query);
}

/// Id of the user, who is made when there is none.
std::int64_t require_user(SQLite::Database& connection, const std::string& name, Role role,
                          SystemTime now) {
  SQLite::Statement insert(connection,
                           "INSERT INTO users (name, role, created_at) VALUES (?, ?, ?)"
                           " ON CONFLICT (name) DO NOTHING");
  insert.bind(1, name);
  insert.bind(2, role_text(role));
  insert.bind(3, to_column(now));
  insert.exec();
  SQLite::Statement query(connection, "SELECT id FROM users WHERE name = ?");
  query.bind(1, name);
  query.executeStep();
  return query.getColumn(0).getInt64();
}

Result<void> require_new(SQLite::Database& connection, const std::string& fingerprint) {
  const auto known = select(connection, fingerprint);
  if (known) {
    return Error{ErrorCode::AlreadyExists,
                 fmt::format("this key is known already: '{}' of {}", known->name, known->user),
                 fmt::format("remove it with `keys:remove {}`, or use another key", fingerprint),
                 ""};
  }
  return known.error().code == ErrorCode::NotFound ? Result<void>() : known.error();
}

}  // namespace

Error no_such_key(const std::string& fingerprint) {
  return {ErrorCode::NotFound, fmt::format("there is no key {}", fingerprint),
          "`keys` lists them with their fingerprints", ""};
}

Result<KeyRow> KeyStore::add(const NewKey& added, SystemTime now) {
  const PublicKey& key = added.key;
  return write_value(database_, [&](SQLite::Database& connection) -> Result<KeyRow> {
    TRY(require_new(connection, key.fingerprint));
    SQLite::Statement insert(connection,
                             "INSERT INTO keys (fingerprint, user_id, name, type, blob_base64,"
                             " comment, created_at, scope, sources, expires_at)"
                             " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, key.fingerprint);
    insert.bind(2, require_user(connection, added.user, added.role, now));
    insert.bind(3, added.name);
    insert.bind(4, key.type);
    insert.bind(5, key.blob_base64);
    insert.bind(6, key.comment);
    insert.bind(7, to_column(now));
    insert.bind(8, added.limits.scope.str());
    insert.bind(9, sources_text(added.limits.sources));
    if (added.limits.expires_at) {
      insert.bind(10, to_column(*added.limits.expires_at));
    }
    insert.exec();
    return select(connection, key.fingerprint);
  });
}

Result<KeyRow> KeyStore::find(const std::string& fingerprint) {
  return read_value(database_,
                    [&](SQLite::Database& connection) { return select(connection, fingerprint); });
}

Result<std::vector<KeyRow>> KeyStore::list() {
  return read_value(database_, [](SQLite::Database& connection) -> Result<std::vector<KeyRow>> {
    std::vector<KeyRow> rows;
    SQLite::Statement query(connection,
                            fmt::format("{} ORDER BY u.name, k.name, k.fingerprint", kSelect));
    while (query.executeStep()) {
      rows.push_back(TRY(row_from(query)));
    }
    return rows;
  });
}

Result<void> KeyStore::remove(const std::string& fingerprint) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement remove(connection, "DELETE FROM keys WHERE fingerprint = ?");
    remove.bind(1, fingerprint);
    return remove.exec() == 0 ? no_such_key(fingerprint) : Result<void>();
  });
}

Result<std::optional<SystemTime>> KeyStore::file_key_use(const std::string& fingerprint) {
  using Found = std::optional<SystemTime>;
  return read_value(database_, [&](SQLite::Database& connection) -> Result<Found> {
    SQLite::Statement query(connection, "SELECT last_used_at FROM file_keys WHERE fingerprint = ?");
    query.bind(1, fingerprint);
    return query.executeStep() ? Found(time_from(query.getColumn(0))) : Found();
  });
}

Result<void> KeyStore::touch_file_key(const std::string& fingerprint, SystemTime now) {
  const auto last = TRY(file_key_use(fingerprint));
  if (last && *last > now - kTouchInterval) {
    return {};
  }
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement put(connection,
                          "INSERT INTO file_keys (fingerprint, last_used_at) VALUES (?, ?)"
                          " ON CONFLICT (fingerprint) DO UPDATE SET last_used_at = ?2");
    put.bind(1, fingerprint);
    put.bind(2, to_column(now));
    put.exec();
    return {};
  });
}

Result<void> KeyStore::touch(const std::string& fingerprint, SystemTime now) {
  const auto known = find(fingerprint);
  if (!known) {
    return known.error();
  }
  // Every login comes here: a write, which waits for the disk, is worth it once a minute.
  if (known->last_used_at && *known->last_used_at > now - kTouchInterval) {
    return {};
  }
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement update(connection, "UPDATE keys SET last_used_at = ? WHERE fingerprint = ?");
    update.bind(1, to_column(now));
    update.bind(2, fingerprint);
    return update.exec() == 0 ? no_such_key(fingerprint) : Result<void>();
  });
}

}  // namespace minpaas::state
