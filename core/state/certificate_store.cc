#include "core/state/certificate_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/state/access.h"
#include "core/state/enum_text.h"
#include "core/state/row.h"

namespace minpaas::state {
namespace {

constexpr EnumText<CertificateSource, 2> kSources{
    "certificate source",
    {{{CertificateSource::Added, "added"}, {CertificateSource::Auto, "auto"}}}};

constexpr const char* kSelect =
    "SELECT c.id, a.name, c.source, c.names, c.issuer, c.not_before, c.not_after, c.fingerprint,"
    " c.sealed, c.created_at, c.app_id FROM certificates c JOIN apps a ON a.id = c.app_id";

/// What the sealed text is bound to.
std::string context_of(std::int64_t app, const std::string& fingerprint) {
  return fmt::format("certificate/{}/{}", app, fingerprint);
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (const std::string_view word : split(text, ' ')) {
    words.emplace_back(word);
  }
  return words;
}

Result<CertificateRow> row_from(SQLite::Statement& query, const SecretKey& key) {
  const AppName app = TRY(app_name_from(query.getColumn(1)));
  CertificateRow row{.app = app};
  row.id = query.getColumn(0).getInt64();
  row.source = TRY(kSources.value(query.getColumn(2).getString()));
  row.names = words_of(query.getColumn(3).getString());
  row.issuer = query.getColumn(4).getString();
  row.not_before = time_from(query.getColumn(5));
  row.not_after = time_from(query.getColumn(6));
  row.fingerprint = query.getColumn(7).getString();
  row.created_at = time_from(query.getColumn(9));
  const std::string context = context_of(query.getColumn(10).getInt64(), row.fingerprint);
  auto pem = key.decrypt(query.getColumn(8).getString(), context);
  if (!pem) {
    return pem.error().with_context(
        fmt::format("the certificate of {} for {}", row.app.str(), row.names.front()));
  }
  row.pem = Secret(*std::move(pem));
  return row;
}

void remove_row(SQLite::Database& connection, std::int64_t id) {
  SQLite::Statement remove(connection, "DELETE FROM certificates WHERE id = ?");
  remove.bind(1, id);
  remove.exec();
}

/// Those that the new one stands for as well.
void remove_replaced(SQLite::Database& connection, std::int64_t app, const CertificateRow& row) {
  std::vector<std::int64_t> replaced;
  SQLite::Statement query(connection,
                          "SELECT id, names FROM certificates WHERE app_id = ? AND source = ?");
  query.bind(1, app);
  query.bind(2, std::string(kSources.text(row.source)));
  while (query.executeStep()) {
    const auto names = words_of(query.getColumn(1).getString());
    if (std::ranges::all_of(names, [&](const std::string& name) {
          return std::ranges::find(row.names, name) != row.names.end();
        })) {
      replaced.push_back(query.getColumn(0).getInt64());
    }
  }
  for (const std::int64_t id : replaced) {
    remove_row(connection, id);
  }
}

}  // namespace

std::string_view to_string(CertificateSource source) {
  return kSources.text(source);
}

Result<void> CertificateStore::add(const CertificateRow& row) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    const std::int64_t id = TRY(app_id(connection, row.app));
    remove_replaced(connection, id, row);
    SQLite::Statement insert(
        connection,
        "INSERT INTO certificates (app_id, source, names, issuer, not_before, not_after,"
        " fingerprint, sealed, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    const std::string sealed = key_.encrypt(row.pem.reveal(), context_of(id, row.fingerprint));
    insert.bind(1, id);
    insert.bind(2, std::string(kSources.text(row.source)));
    insert.bind(3, fmt::format("{}", fmt::join(row.names, " ")));
    insert.bind(4, row.issuer);
    insert.bind(5, to_column(row.not_before));
    insert.bind(6, to_column(row.not_after));
    insert.bind(7, row.fingerprint);
    insert.bind(8, sealed.data(), static_cast<int>(sealed.size()));
    insert.bind(9, to_column(row.created_at));
    insert.exec();
    return {};
  });
}

Result<std::vector<CertificateRow>> CertificateStore::of_app(const AppName& app) {
  using Rows = std::vector<CertificateRow>;
  return read_value(database_, [&](SQLite::Database& connection) -> Result<Rows> {
    Rows rows;
    SQLite::Statement query(connection, fmt::format("{} WHERE a.name = ? ORDER BY c.id", kSelect));
    query.bind(1, app.str());
    while (query.executeStep()) {
      rows.push_back(TRY(row_from(query, key_)));
    }
    return rows;
  });
}

Result<std::vector<CertificateRow>> CertificateStore::list(std::vector<std::string>& unreadable) {
  using Rows = std::vector<CertificateRow>;
  return read_value(database_, [&](SQLite::Database& connection) -> Result<Rows> {
    Rows rows;
    SQLite::Statement query(connection, fmt::format("{} ORDER BY c.id", kSelect));
    while (query.executeStep()) {
      auto row = row_from(query, key_);
      if (row) {
        rows.push_back(*std::move(row));
      } else {
        unreadable.push_back(row.error().message);
      }
    }
    return rows;
  });
}

Result<void> CertificateStore::remove(const std::vector<std::int64_t>& ids) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    for (const std::int64_t id : ids) {
      remove_row(connection, id);
    }
    return {};
  });
}

Result<void> CertificateStore::set_automatic(const AppName& app, bool automatic) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    const std::int64_t id = TRY(app_id(connection, app));
    SQLite::Statement change(connection, automatic
                                             ? "INSERT INTO auto_certificates (app_id) VALUES (?)"
                                               " ON CONFLICT (app_id) DO NOTHING"
                                             : "DELETE FROM auto_certificates WHERE app_id = ?");
    change.bind(1, id);
    change.exec();
    return {};
  });
}

Result<std::vector<AppName>> CertificateStore::automatic_apps() {
  return read_value(database_, [](SQLite::Database& connection) -> Result<std::vector<AppName>> {
    std::vector<AppName> apps;
    SQLite::Statement query(connection,
                            "SELECT a.name FROM auto_certificates c JOIN apps a"
                            " ON a.id = c.app_id ORDER BY a.name");
    while (query.executeStep()) {
      apps.push_back(TRY(app_name_from(query.getColumn(0))));
    }
    return apps;
  });
}

Result<bool> CertificateStore::is_automatic(const AppName& app) {
  const auto apps = TRY(automatic_apps());
  return std::ranges::find(apps, app) != apps.end();
}

Result<void> CertificateStore::note_failure(const AppName& app, const CertificateFailure& failure) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement put(
        connection,
        "INSERT INTO certificate_failures (app_id, host, attempts, error, next_at)"
        " VALUES (?, ?, 1, ?, ?) ON CONFLICT (app_id, host) DO UPDATE"
        " SET attempts = attempts + 1, error = excluded.error, next_at = excluded.next_at");
    put.bind(1, TRY(app_id(connection, app)));
    put.bind(2, failure.host);
    put.bind(3, failure.error);
    put.bind(4, to_column(failure.next_at));
    put.exec();
    return {};
  });
}

Result<void> CertificateStore::forget_failures(const AppName& app, const std::string& host) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement remove(connection,
                             "DELETE FROM certificate_failures WHERE app_id = ? AND host = ?");
    remove.bind(1, TRY(app_id(connection, app)));
    remove.bind(2, host);
    remove.exec();
    return {};
  });
}

Result<void> CertificateStore::forget_failures(const AppName& app) {
  return database_.write([&](SQLite::Database& connection) -> Result<void> {
    SQLite::Statement remove(connection, "DELETE FROM certificate_failures WHERE app_id = ?");
    remove.bind(1, TRY(app_id(connection, app)));
    remove.exec();
    return {};
  });
}

Result<std::vector<CertificateFailure>> CertificateStore::failures(const AppName& app) {
  using Failures = std::vector<CertificateFailure>;
  return read_value(database_, [&](SQLite::Database& connection) -> Result<Failures> {
    Failures found;
    SQLite::Statement query(connection,
                            "SELECT f.host, f.attempts, f.error, f.next_at"
                            " FROM certificate_failures f JOIN apps a ON a.id = f.app_id"
                            " WHERE a.name = ? ORDER BY f.host");
    query.bind(1, app.str());
    while (query.executeStep()) {
      found.push_back({query.getColumn(0).getString(), query.getColumn(1).getInt(),
                       query.getColumn(2).getString(), time_from(query.getColumn(3))});
    }
    return found;
  });
}

Result<bool> CertificateStore::has_values() {
  return read_value(database_, [](SQLite::Database& connection) -> Result<bool> {
    SQLite::Statement query(connection, "SELECT EXISTS (SELECT 1 FROM certificates)");
    query.executeStep();
    return query.getColumn(0).getInt() != 0;
  });
}

}  // namespace minpaas::state
