#include "core/state/database.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <vector>

#include "core/base/file.h"
#include "core/base/guarded.h"
#include "core/state/migrations.h"

namespace minpaas::state {
namespace {

using Connection = std::unique_ptr<SQLite::Database>;

constexpr int kMostConnections = 8;
/// How long a caller waits for a connection, and SQLite for the lock of another writer.
constexpr seconds kPatience{10};
constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

Error unique_error(const SQLite::Exception& thrown) {
  return {ErrorCode::AlreadyExists, "it exists already", "", thrown.what()};
}

/// What went wrong, from SQLite's extended result code (https://sqlite.org/rescode.html).
Error to_error(const std::filesystem::path& file, const SQLite::Exception& thrown) {
  const std::string cause =
      fmt::format("{} (SQLite result code {})", thrown.what(), thrown.getExtendedErrorCode());
  switch (thrown.getExtendedErrorCode()) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
      return unique_error(thrown);
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return {ErrorCode::Conflict, "what it belongs to is gone", "", cause};
    case SQLITE_IOERR_SHMSIZE:
      return {ErrorCode::NoSpace, fmt::format("no space left to change {}", file.string()),
              "free some disk space and try again", cause};
    default:
      break;
  }
  switch (thrown.getErrorCode() & 0xff) {
    case SQLITE_FULL:
      return {ErrorCode::NoSpace, fmt::format("no space left to change {}", file.string()),
              "free some disk space and try again", cause};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::Busy, "the database is busy", "try again in a moment", cause};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::Corrupt, fmt::format("the database {} is damaged", file.string()),
              "stop minpaasd and restore the file from a backup", cause};
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return {ErrorCode::PermissionDenied,
              fmt::format("the database {} cannot be written", file.string()),
              "check who owns the data directory", cause};
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
      return {ErrorCode::Unavailable, fmt::format("the database {} cannot be used", file.string()),
              "check the disk and the owner of the data directory", cause};
    default:
      return {ErrorCode::Internal, "the database refused a statement", "", cause};
  }
}

template <typename Use>
Result<void> translated(const std::filesystem::path& file, const Use& use) {
  try {
    return use();
  } catch (const SQLite::Exception& thrown) {
    return to_error(file, thrown);
  }
}

/// The file exists afterwards and only its owner may read it; SQLite gives its companions (-wal,
/// -shm) the same mode. An existing file is not opened here: closing it would drop the POSIX locks
/// that SQLite holds on it elsewhere in this process (https://sqlite.org/howtocorrupt.html, 2.2).
Result<void> prepare_file(const std::filesystem::path& file) {
  struct stat found {};

  if (::stat(file.c_str(), &found) != 0) {
    return errno == ENOENT ? create_file(file, "", S_IRUSR | S_IWUSR)
                           : Result<void>(file_error(file, "open", errno));
  }
  if (!S_ISREG(found.st_mode)) {
    return Error{ErrorCode::Corrupt, fmt::format("{} is no regular file", file.string()), "", ""};
  }
  if ((found.st_mode & kOthers) != 0 && ::chmod(file.c_str(), S_IRUSR | S_IWUSR) != 0) {
    return file_error(file, "protect", errno);
  }
  return {};
}

/// Throws SQLite::Exception.
Connection connect(const std::filesystem::path& file) {
  auto connection = std::make_unique<SQLite::Database>(
      file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX,
      static_cast<int>(milliseconds(kPatience).count()));
  connection->exec("PRAGMA foreign_keys = ON");
  connection->exec("PRAGMA synchronous = FULL");
  connection->exec("PRAGMA trusted_schema = OFF");
  return connection;
}

/// WAL is a property of the file. Throws SQLite::Exception.
Result<void> require_wal(SQLite::Database& connection) {
  const std::string mode = connection.execAndGet("PRAGMA journal_mode = WAL").getString();
  if (mode != "wal") {
    return Error{ErrorCode::Unavailable,
                 fmt::format("{} cannot be used with a write-ahead log (journal mode {})",
                             connection.getFilename(), mode),
                 "put [server] data_dir on a local disk", ""};
  }
  return {};
}

}  // namespace

struct Database::Pool {
  struct Connections {
    std::vector<Connection> idle;
    int lent = 0;
  };

  explicit Pool(std::filesystem::path path) : file(std::move(path)) {
    // So that giving one back, which happens in a destructor, allocates nothing.
    connections.with([](Connections& all) { all.idle.reserve(kMostConnections); });
  }

  /// An idle connection, or a new one. Throws SQLite::Exception. Errors: Busy.
  Result<Connection> take();
  void give_back(Connection connection);

  const std::filesystem::path file;
  Guarded<Connections> connections;
};

namespace {

/// Gives a connection back at the end of a scope, whatever ended it.
template <typename Pool>
struct Lease {
  Lease(Pool& owner, Connection lent) : pool(owner), connection(std::move(lent)) {}

  ~Lease() { pool.give_back(std::move(connection)); }

  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  Pool& pool;
  Connection connection;
};

}  // namespace

Result<Connection> Database::Pool::take() {
  struct Taken {
    bool granted = false;
    Connection connection;
  };

  auto taken = connections.wait_until(
      std::chrono::steady_clock::now() + kPatience, std::stop_token{},
      [](const Connections& all) { return all.lent < kMostConnections; },
      [](Connections& all) -> Taken {
        if (all.lent >= kMostConnections) {
          return {};
        }
        ++all.lent;
        Taken mine{true, nullptr};
        if (!all.idle.empty()) {
          mine.connection = std::move(all.idle.back());
          all.idle.pop_back();
        }
        return mine;
      });
  if (!taken.granted) {
    return Error{ErrorCode::Busy, "the database is busy", "try again in a moment",
                 "no connection became free"};
  }
  if (!taken.connection) {
    try {
      taken.connection = connect(file);
    } catch (...) {
      give_back(nullptr);
      throw;
    }
  }
  return std::move(taken.connection);
}

void Database::Pool::give_back(Connection connection) {
  // One that is still in a transaction (its rollback failed) would carry it to the next user.
  if (connection && sqlite3_get_autocommit(connection->getHandle()) == 0) {
    connection.reset();
  }
  connections.update([&](Connections& all) {
    --all.lent;
    if (connection) {
      all.idle.push_back(std::move(connection));
    }
  });
}

Database::Database(std::unique_ptr<Pool> pool) : pool_(std::move(pool)) {}

Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file) {
  TRY(prepare_file(file));
  auto pool = std::make_unique<Pool>(file);
  const auto ready = translated(file, [&]() -> Result<void> {
    Connection taken = TRY(pool->take());
    const Lease lease(*pool, std::move(taken));
    // A file that is not ours is left as it is, so this comes before the journal mode.
    TRY(require_compatible(*lease.connection, migrations()));
    TRY(require_wal(*lease.connection));
    return migrate(*lease.connection, migrations());
  });
  if (!ready) {
    return ready.error();
  }
  return std::unique_ptr<Database>(new Database(std::move(pool)));
}

Result<void> Database::read(const std::function<Result<void>(SQLite::Database&)>& use) {
  return translated(pool_->file, [&]() -> Result<void> {
    Connection taken = TRY(pool_->take());
    const Lease lease(*pool_, std::move(taken));
    return use(*lease.connection);
  });
}

Result<void> Database::write(const std::function<Result<void>(SQLite::Database&)>& use) {
  return translated(pool_->file, [&]() -> Result<void> {
    Connection taken = TRY(pool_->take());
    const Lease lease(*pool_, std::move(taken));
    SQLite::Transaction transaction(*lease.connection, SQLite::TransactionBehavior::IMMEDIATE);
    TRY(use(*lease.connection));
    transaction.commit();
    return {};
  });
}

}  // namespace minpaas::state
