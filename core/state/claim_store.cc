#include "core/state/claim_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sodium.h>

#include <array>
#include <cctype>
#include <cstdlib>
#include <optional>

#include "core/state/access.h"
#include "core/state/row.h"

namespace minpaas::state {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kCharacters = 16;
constexpr std::size_t kGroup = 4;
/// What people type is not hashed beyond this.
constexpr std::size_t kMostBytes = 64;

using Hash = std::array<unsigned char, crypto_hash_sha256_BYTES>;

/// As a person may have read it.
char digit_of(char c) {
  const char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  switch (upper) {
    case 'O':
      return '0';
    case 'I':
    case 'L':
      return '1';
    default:
      return upper;
  }
}

Hash hash_of(std::string_view code) {
  std::string digits;
  for (const char c : code.substr(0, kMostBytes)) {
    if (c != '-' && c != ' ') {
      digits += digit_of(c);
    }
  }
  Hash hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(digits.data()),
                     digits.size());
  return hash;
}

/// Absent: there is none, or it has expired.
std::optional<Hash> current(SQLite::Database& connection, SystemTime now) {
  SQLite::Statement query(connection,
                          "SELECT code_hash FROM claims WHERE id = 1 AND expires_at > ?");
  query.bind(1, to_column(now));
  Hash hash{};
  if (!query.executeStep() || query.getColumn(0).getBytes() != static_cast<int>(hash.size())) {
    return std::nullopt;
  }
  const auto* bytes = static_cast<const unsigned char*>(query.getColumn(0).getBlob());
  std::copy_n(bytes, hash.size(), hash.begin());
  return hash;
}

}  // namespace

std::string make_claim_code() {
  // Safe to repeat; without random numbers there is no server.
  if (sodium_init() < 0) {
    std::abort();
  }
  std::string code;
  for (std::size_t i = 0; i < kCharacters; ++i) {
    if (i > 0 && i % kGroup == 0) {
      code += '-';
    }
    code += kDigits[randombytes_uniform(static_cast<std::uint32_t>(kDigits.size()))];
  }
  return code;
}

Result<void> ClaimStore::put(std::string_view code, SystemTime expires_at) {
  const Hash hash = hash_of(code);
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement put(connection,
                          "INSERT INTO claims (id, code_hash, expires_at) VALUES (1, ?, ?)"
                          " ON CONFLICT (id) DO UPDATE SET code_hash = ?1, expires_at = ?2");
    put.bind(1, hash.data(), static_cast<int>(hash.size()));
    put.bind(2, to_column(expires_at));
    put.exec();
    return {};
  });
}

Result<bool> ClaimStore::is_open(SystemTime now) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<bool> {
    return current(connection, now).has_value();
  });
}

Result<bool> ClaimStore::matches(std::string_view code, SystemTime now) {
  const Hash hash = hash_of(code);
  return read_value(database_, [&](SQLite::Database& connection) -> Result<bool> {
    const auto kept = current(connection, now);
    return kept && sodium_memcmp(kept->data(), hash.data(), hash.size()) == 0;
  });
}

Result<void> ClaimStore::forget() {
  return database_.write([](SQLite::Database& connection) -> Result<void> {
    connection.exec("DELETE FROM claims");
    return {};
  });
}

}  // namespace minpaas::state
