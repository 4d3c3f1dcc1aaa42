#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sodium.h>

#include <array>

#include "core/base/text.h"
#include "core/state/access.h"
#include "core/state/deploy_store.h"

namespace minpaas::state {
namespace {

constexpr std::size_t kIdBytes = 8;

std::string read_id(SQLite::Database& connection) {
  SQLite::Statement query(connection, "SELECT value FROM settings WHERE name = 'instance_id'");
  return query.executeStep() ? query.getColumn(0).getString() : std::string();
}

Result<std::string> random_id() {
  if (sodium_init() < 0) {
    return Error{ErrorCode::Unavailable, "the system has no random numbers", "", "sodium_init"};
  }
  std::array<unsigned char, kIdBytes> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  return to_hex(bytes);
}

}  // namespace

Result<std::string> InstanceStore::instance_id() {
  const std::string known =
      TRY(read_value(database_, [](SQLite::Database& connection) -> Result<std::string> {
        return read_id(connection);
      }));
  if (!known.empty()) {
    return known;
  }
  const std::string fresh = TRY(random_id());
  return write_value(database_, [&](SQLite::Database& connection) -> Result<std::string> {
    // The first one stays when two threads make one.
    SQLite::Statement insert(connection,
                             "INSERT INTO settings (name, value) VALUES ('instance_id', ?)"
                             " ON CONFLICT (name) DO NOTHING");
    insert.bind(1, fresh);
    insert.exec();
    return read_id(connection);
  });
}

}  // namespace minpaas::state
