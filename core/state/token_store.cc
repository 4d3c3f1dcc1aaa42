#include "core/state/token_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <cstdlib>

#include "core/base/text.h"
#include "core/state/access.h"
#include "core/state/key_store.h"
#include "core/state/row.h"
#include "core/state/user_store.h"

namespace minpaas::state {
namespace {

constexpr std::string_view kMark = "mp_";
constexpr std::size_t kIdBytes = 5;
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kTextBytes = kMark.size() + 2 * kIdBytes + 1 + 2 * kSecretBytes;
constexpr const char* kSelect =
    "SELECT t.prefix, t.name, t.user_id, t.file_key, coalesce(u.name, t.owner),"
    " coalesce(u.role, 'admin'), t.scope, t.created_at, t.expires_at, t.last_used_at,"
    " t.secret_hash FROM tokens t LEFT JOIN users u ON u.id = t.user_id";

Error no_such_token() {
  return {ErrorCode::NotFound, "there is no such token", "list them: tokens", ""};
}

using Hash = std::array<unsigned char, crypto_hash_sha256_BYTES>;

Hash hash_of(std::string_view secret) {
  Hash hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(secret.data()),
                     secret.size());
  return hash;
}

std::string random_hex(std::size_t bytes) {
  std::array<unsigned char, kSecretBytes> random{};
  randombytes_buf(random.data(), bytes);
  return to_hex(std::span(random).first(bytes));
}

Result<TokenRow> row_from(SQLite::Statement& query) {
  TokenRow row;
  row.id = query.getColumn(0).getString();
  row.name = query.getColumn(1).getString();
  if (const auto user = query.getColumn(2); !user.isNull()) {
    row.owner.user_id = user.getInt64();
  }
  row.owner.file_key = query.getColumn(3).getString();
  row.owner.name = query.getColumn(4).getString();
  row.owner.role = TRY(role_from(query.getColumn(5).getString()));
  row.scope = TRY(AccessScope::parse(query.getColumn(6).getString()));
  row.created_at = time_from(query.getColumn(7));
  row.expires_at = optional_time_from(query.getColumn(8));
  row.last_used_at = optional_time_from(query.getColumn(9));
  return row;
}

void bind_owner(SQLite::Statement& insert, const TokenOwner& owner) {
  if (owner.user_id) {
    insert.bind(4, *owner.user_id);
    insert.bind(5);
  } else {
    insert.bind(4);
    insert.bind(5, owner.file_key);
  }
  insert.bind(6, owner.name);
}

Result<void> require_free_name(SQLite::Database& connection, const TokenRow& row) {
  SQLite::Statement query(
      connection, "SELECT 1 FROM tokens WHERE name = ? AND coalesce(user_id, file_key) IS ?");
  query.bind(1, row.name);
  if (row.owner.user_id) {
    query.bind(2, *row.owner.user_id);
  } else {
    query.bind(2, row.owner.file_key);
  }
  if (query.executeStep()) {
    return Error{ErrorCode::AlreadyExists,
                 fmt::format("{} has a token '{}' already", row.owner.name, row.name),
                 "choose another name, or revoke that one: tokens:revoke " + row.name, ""};
  }
  return {};
}

}  // namespace

TokenSecret TokenSecret::make() {
  // Safe to repeat; without random numbers there is no server.
  if (sodium_init() < 0) {
    std::abort();
  }
  const std::string id = random_hex(kIdBytes);
  return {id, fmt::format("{}{}_{}", kMark, id, random_hex(kSecretBytes))};
}

Result<void> TokenStore::add(const TokenRow& row, const TokenSecret& secret) {
  const Hash hash = hash_of(secret.text);
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    TRY(require_free_name(connection, row));
    SQLite::Statement insert(connection,
                             "INSERT INTO tokens (prefix, secret_hash, name, user_id, file_key,"
                             " owner, scope, created_at, expires_at)"
                             " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, secret.id);
    insert.bind(2, hash.data(), static_cast<int>(hash.size()));
    insert.bind(3, row.name);
    bind_owner(insert, row.owner);
    insert.bind(7, row.scope.str());
    insert.bind(8, to_column(row.created_at));
    if (row.expires_at) {
      insert.bind(9, to_column(*row.expires_at));
    }
    insert.exec();
    return {};
  });
}

Result<TokenRow> TokenStore::find_by_secret(std::string_view secret) {
  if (secret.size() != kTextBytes || !secret.starts_with(kMark)) {
    return no_such_token();
  }
  const std::string id(secret.substr(kMark.size(), 2 * kIdBytes));
  const Hash hash = hash_of(secret);
  return read_value(database_, [&](SQLite::Database& connection) -> Result<TokenRow> {
    SQLite::Statement query(connection, fmt::format("{} WHERE t.prefix = ?", kSelect));
    query.bind(1, id);
    if (!query.executeStep()) {
      return no_such_token();
    }
    const auto kept = query.getColumn(10);
    if (kept.getBytes() != static_cast<int>(hash.size()) ||
        sodium_memcmp(kept.getBlob(), hash.data(), hash.size()) != 0) {
      return no_such_token();
    }
    return row_from(query);
  });
}

Result<TokenRow> TokenStore::find(const std::string& id) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<TokenRow> {
    SQLite::Statement query(connection, fmt::format("{} WHERE t.prefix = ?", kSelect));
    query.bind(1, id);
    return query.executeStep() ? row_from(query) : no_such_token();
  });
}

Result<std::vector<TokenRow>> TokenStore::list() {
  return read_value(database_, [](SQLite::Database& connection) -> Result<std::vector<TokenRow>> {
    std::vector<TokenRow> rows;
    SQLite::Statement query(connection, fmt::format("{} ORDER BY t.name, 5, t.prefix", kSelect));
    while (query.executeStep()) {
      rows.push_back(TRY(row_from(query)));
    }
    return rows;
  });
}

Result<void> TokenStore::remove(const std::string& id) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement remove(connection, "DELETE FROM tokens WHERE prefix = ?");
    remove.bind(1, id);
    return remove.exec() == 0 ? no_such_token() : Result<void>();
  });
}

Result<void> TokenStore::touch(const TokenRow& row, SystemTime now) {
  if (row.last_used_at && *row.last_used_at > now - kTouchInterval) {
    return {};
  }
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement update(connection, "UPDATE tokens SET last_used_at = ? WHERE prefix = ?");
    update.bind(1, to_column(now));
    update.bind(2, row.id);
    update.exec();
    return {};
  });
}

}  // namespace minpaas::state
