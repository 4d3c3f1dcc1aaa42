#include "core/state/request_key_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sodium.h>

#include "core/state/access.h"
#include "core/state/row.h"
#include "core/state/user_store.h"

namespace minpaas::state {
namespace {

constexpr std::string_view kContext = "answer of a request";

/// Of parts that cannot run into each other.
std::string hash_of(std::initializer_list<std::string_view> parts) {
  crypto_generichash_state state{};
  std::string hash(crypto_generichash_BYTES, '\0');
  crypto_generichash_init(&state, nullptr, 0, hash.size());
  for (const std::string_view part : parts) {
    const std::uint64_t size = part.size();
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&size), sizeof size);
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                              part.size());
  }
  crypto_generichash_final(&state, reinterpret_cast<unsigned char*>(hash.data()), hash.size());
  return hash;
}

std::string id_of(const KeyedRequest& request) {
  return hash_of({request.owner, request.key});
}

void bind_bytes(SQLite::Statement& statement, int index, const std::string& bytes) {
  statement.bind(index, bytes.data(), static_cast<int>(bytes.size()));
}

void remove_old(SQLite::Database& connection, SystemTime oldest) {
  SQLite::Statement remove(connection,
                           "DELETE FROM request_keys WHERE created_at < ? AND status IS NOT NULL");
  remove.bind(1, to_column(oldest));
  remove.exec();
}

void insert_new(SQLite::Database& connection, const std::string& id, const std::string& hash,
                SystemTime now) {
  SQLite::Statement insert(
      connection, "INSERT INTO request_keys (id, request_hash, created_at) VALUES (?, ?, ?)");
  bind_bytes(insert, 1, id);
  bind_bytes(insert, 2, hash);
  insert.bind(3, to_column(now));
  insert.exec();
}

}  // namespace

Result<SeenRequest> RequestKeyStore::begin(const KeyedRequest& request, SystemTime now,
                                           SystemTime oldest) {
  const std::string id = id_of(request);
  const std::string hash = hash_of({request.content});
  return write_value(database_, [&](SQLite::Database& connection) -> Result<SeenRequest> {
    remove_old(connection, oldest);
    SQLite::Statement query(connection,
                            "SELECT request_hash, status, answer, role FROM request_keys"
                            " WHERE id = ?");
    bind_bytes(query, 1, id);
    if (!query.executeStep()) {
      insert_new(connection, id, hash, now);
      return SeenRequest{};
    }
    if (query.getColumn(0).getString() != hash) {
      return SeenRequest{SeenRequest::State::OtherContent};
    }
    if (query.getColumn(1).isNull()) {
      return SeenRequest{SeenRequest::State::AtWork};
    }
    const std::string body = TRY(secret_.decrypt(query.getColumn(2).getString(), kContext));
    const Role role = TRY(role_from(query.getColumn(3).getString()));
    return SeenRequest{SeenRequest::State::Answered, {query.getColumn(1).getInt(), body, role}};
  });
}

Result<void> RequestKeyStore::finish(const KeyedRequest& request, const KeptAnswer& answer) {
  const std::string sealed = secret_.encrypt(answer.body, kContext);
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement update(connection,
                             "UPDATE request_keys SET status = ?, answer = ?, role = ?"
                             " WHERE id = ?");
    update.bind(1, answer.status);
    bind_bytes(update, 2, sealed);
    update.bind(3, role_text(answer.role));
    bind_bytes(update, 4, id_of(request));
    update.exec();
    return {};
  });
}

Result<void> RequestKeyStore::forget(const KeyedRequest& request) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement remove(connection, "DELETE FROM request_keys WHERE id = ?");
    bind_bytes(remove, 1, id_of(request));
    remove.exec();
    return {};
  });
}

Result<void> RequestKeyStore::forget_unfinished() {
  return database_.write([](SQLite::Database& connection) -> Result<void> {
    connection.exec("DELETE FROM request_keys WHERE status IS NULL");
    return {};
  });
}

}  // namespace minpaas::state
