#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "core/state/database.h"

/// Database::read and ::write for the stores that want a value out of them.
namespace minpaas::state {

namespace detail {
template <typename Use>
using ResultOf = std::invoke_result_t<const Use&, SQLite::Database&>;

template <typename Use>
ResultOf<Use> value_of(
    Database& database,
    Result<void> (Database::*run)(const std::function<Result<void>(SQLite::Database&)>&),
    const Use& use) {
  std::optional<ResultOf<Use>> got;
  const Result<void> done = (database.*run)([&](SQLite::Database& connection) -> Result<void> {
    got = use(connection);
    return got->has_value() ? Result<void>() : got->error();
  });
  if (!done) {
    return done.error();
  }
  return *std::move(got);
}
}  // namespace detail

/// What `use(connection)` returns (a Result of a value), from inside Database::read.
template <typename Use>
auto read_value(Database& database, const Use& use) {
  return detail::value_of(database, &Database::read, use);
}

/// What `use(connection)` returns (a Result of a value), from inside Database::write.
template <typename Use>
auto write_value(Database& database, const Use& use) {
  return detail::value_of(database, &Database::write, use);
}

}  // namespace minpaas::state
