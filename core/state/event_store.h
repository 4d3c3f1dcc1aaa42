#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/state/config_store.h"
#include "core/state/database.h"

namespace minpaas::state {

/// One thing that someone did, or was not allowed to do.
struct EventRow {
  /// From 1 on, without gaps.
  std::int64_t seq = 0;
  SystemTime at = {};
  std::string actor;
  /// The key's fingerprint, or what else they came with.
  std::string credential;
  /// Their address.
  std::string from;
  /// Its name at that time; empty when it was about no app.
  std::string app;
  /// The command: `config:set`, `git push`.
  std::string action;
  /// What it was about, without anything secret.
  std::string detail;
  /// `ok`, `denied`, `failed`, `left`, `cut`, `begun` (docs/commands.md).
  std::string result;
};

struct EventFilter {
  /// Only of this app.
  std::optional<std::string> app = std::nullopt;
  /// Only before this one.
  std::optional<std::int64_t> before = std::nullopt;
  /// Only after this one.
  std::int64_t after = 0;
  std::optional<SystemTime> since = std::nullopt;
  /// The newest ones.
  std::optional<int> most = std::nullopt;
};

struct EventsVerdict {
  /// How many rows are whole, from the first on.
  std::int64_t intact = 0;
  /// What is wrong with the next one, or with the end; empty when all is well.
  std::string fault;
  /// Of the last row, in hexadecimal: whoever keeps it elsewhere can tell that none after it went.
  std::string head;
};

/// The record of who did what. Each row carries a hash, keyed with the server's secret key, over
/// itself and the hash before it, and the number and hash of the last one are kept apart: without
/// the key no row can be changed, removed or put in unnoticed. Thread: any.
class EventStore {
 public:
  EventStore(Database& database, const SecretKey& key) : database_(database), key_(key) {}

  /// Returns its number; `seq` of the row is not looked at.
  Result<std::int64_t> add(const EventRow& row);
  /// Oldest first.
  Result<std::vector<EventRow>> list(const EventFilter& filter);
  /// Reads all of them.
  Result<EventsVerdict> verify();

 private:
  [[nodiscard]] std::string tag_of(const EventRow& row, const std::string& before) const;
  [[nodiscard]] std::string head_of(std::int64_t seq, const std::string& tag) const;
  [[nodiscard]] bool is_end(const std::string& head, std::int64_t seq,
                            const std::string& tag) const;

  Database& database_;
  const SecretKey& key_;
};

}  // namespace minpaas::state
