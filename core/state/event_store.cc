#include "core/state/event_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/state/access.h"
#include "core/state/row.h"

namespace minpaas::state {
namespace {

constexpr const char* kColumns =
    "SELECT seq, at, actor, credential, peer, app, action, detail, result, tag FROM events";
constexpr const char* kTagContext = "minpaas event";
constexpr const char* kHeadContext = "minpaas last event";

/// Each text with its length, so that no two rows have the same bytes.
void append(std::string& bytes, std::string_view text) {
  bytes += fmt::format("{}:", text.size());
  bytes += text;
}

EventRow row_from(SQLite::Statement& query) {
  return {.seq = query.getColumn(0).getInt64(),
          .at = time_from(query.getColumn(1)),
          .actor = query.getColumn(2).getString(),
          .credential = query.getColumn(3).getString(),
          .from = query.getColumn(4).getString(),
          .app = query.getColumn(5).getString(),
          .action = query.getColumn(6).getString(),
          .detail = query.getColumn(7).getString(),
          .result = query.getColumn(8).getString()};
}

std::string hex(const std::string& bytes) {
  return to_hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

struct Last {
  std::int64_t seq = 0;
  std::string tag;
};

Last last_of(SQLite::Database& connection) {
  SQLite::Statement query(connection, "SELECT seq, tag FROM events ORDER BY seq DESC LIMIT 1");
  return query.executeStep() ? Last{query.getColumn(0).getInt64(), query.getColumn(1).getString()}
                             : Last();
}

std::string kept_head(SQLite::Database& connection) {
  SQLite::Statement query(connection, "SELECT value FROM settings WHERE name = 'events_head'");
  return query.executeStep() ? query.getColumn(0).getString() : std::string();
}

void keep_head(SQLite::Database& connection, const std::string& head) {
  SQLite::Statement put(connection,
                        "INSERT INTO settings (name, value) VALUES ('events_head', ?)"
                        " ON CONFLICT (name) DO UPDATE SET value = ?1");
  put.bind(1, head);
  put.exec();
}

void insert(SQLite::Database& connection, const EventRow& row, const std::string& tag) {
  SQLite::Statement insert(connection,
                           "INSERT INTO events (seq, at, actor, credential, peer, app, action,"
                           " detail, result, tag) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, row.seq);
  insert.bind(2, to_column(row.at));
  int index = 3;
  for (const std::string* text :
       {&row.actor, &row.credential, &row.from, &row.app, &row.action, &row.detail, &row.result}) {
    insert.bind(index++, *text);
  }
  insert.bind(index, tag.data(), static_cast<int>(tag.size()));
  insert.exec();
}

}  // namespace

std::string EventStore::tag_of(const EventRow& row, const std::string& before) const {
  std::string bytes = fmt::format("{} {} ", row.seq, to_column(row.at));
  for (const std::string* text : {&row.actor, &row.credential, &row.from, &row.app, &row.action,
                                  &row.detail, &row.result, &before}) {
    append(bytes, *text);
  }
  return key_.tag(kTagContext, bytes);
}

std::string EventStore::head_of(std::int64_t seq, const std::string& tag) const {
  return hex(key_.tag(kHeadContext, fmt::format("{} {}", seq, tag)));
}

/// Whether nothing came after it, as far as the head knows, which is kept apart.
bool EventStore::is_end(const std::string& head, std::int64_t seq, const std::string& tag) const {
  return seq == 0 ? head.empty() : head == head_of(seq, tag);
}

Result<std::int64_t> EventStore::add(const EventRow& row) {
  return write_value(database_, [&](SQLite::Database& connection) -> Result<std::int64_t> {
    const Last last = last_of(connection);
    // Where the end of the chain is missing, the number that is left out says so for ever.
    const bool ends_well = is_end(kept_head(connection), last.seq, last.tag);
    EventRow next = row;
    next.seq = last.seq + (ends_well ? 1 : 2);
    const std::string tag = tag_of(next, last.tag);
    insert(connection, next, tag);
    keep_head(connection, head_of(next.seq, tag));
    return next.seq;
  });
}

Result<std::vector<EventRow>> EventStore::list(const EventFilter& filter) {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<std::vector<EventRow>> {
    SQLite::Statement query(
        connection, fmt::format("{} WHERE seq > ? AND at >= ? AND (? OR app = ?) AND seq < ?"
                                " ORDER BY seq DESC LIMIT ?",
                                kColumns));
    query.bind(1, filter.after);
    query.bind(2, filter.since ? to_column(*filter.since) : 0);
    query.bind(3, filter.app ? 0 : 1);
    query.bind(4, filter.app.value_or(""));
    query.bind(5, filter.before.value_or(std::numeric_limits<std::int64_t>::max()));
    query.bind(6, filter.most.value_or(-1));
    std::vector<EventRow> rows;
    while (query.executeStep()) {
      rows.push_back(row_from(query));
    }
    std::ranges::reverse(rows);
    return rows;
  });
}

Result<EventsVerdict> EventStore::verify() {
  return read_value(database_, [&](SQLite::Database& connection) -> Result<EventsVerdict> {
    EventsVerdict verdict;
    std::string before;
    SQLite::Statement query(connection, fmt::format("{} ORDER BY seq", kColumns));
    while (query.executeStep()) {
      const EventRow row = row_from(query);
      if (row.seq != verdict.intact + 1) {
        verdict.fault = fmt::format("event {} is missing", verdict.intact + 1);
        return verdict;
      }
      before = tag_of(row, before);
      if (query.getColumn(9).getString() != before) {
        verdict.fault = fmt::format("event {} was changed, or put in", row.seq);
        return verdict;
      }
      ++verdict.intact;
    }
    verdict.head = hex(before);
    if (!is_end(kept_head(connection), verdict.intact, before)) {
      verdict.fault = fmt::format("events after {} are missing", verdict.intact);
    }
    return verdict;
  });
}

}  // namespace minpaas::state
