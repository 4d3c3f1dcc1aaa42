#pragma once

#include <git2.h>

#include <optional>
#include <stop_token>
#include <string>

#include "core/base/clock.h"
#include "core/base/dial.h"
#include "core/base/result.h"

/// Private to core/git: what libgit2's transports may do while one repository is fetched.
namespace minpaas::git {

/// Bounds of one fetch, and the Error that went over one: libgit2 only knows that a call failed.
/// Thread: one, that of the fetch.
class FetchGuard {
 public:
  struct Bounds {
    Reach reach = Reach::Public;
    SteadyTime deadline;
    /// Between two bytes.
    milliseconds silence{30'000};
    milliseconds connect{10'000};
    /// Received in all.
    long long bytes = 0;
    /// Nothing else is connected to; empty: a redirect may lead to any.
    std::string only_port = {};
  };

  FetchGuard(Bounds bounds, std::stop_token stop);
  ~FetchGuard();
  FetchGuard(const FetchGuard&) = delete;
  FetchGuard& operator=(const FetchGuard&) = delete;

  /// That of this thread; null when nothing is fetched on it.
  static FetchGuard* current();

  [[nodiscard]] const Bounds& bounds() const { return bounds_; }

  [[nodiscard]] const std::stop_token& stop() const { return stop_; }

  [[nodiscard]] SteadyTime next_deadline() const;

  /// Waits for the peer. -1 when it does not come.
  int wait(int fd, short events);
  /// Counts what was received. -1 when it is too much.
  int count(std::size_t bytes);
  /// Keeps the first Error and returns -1, which is what libgit2 is to be told.
  int fail(Error error);

  [[nodiscard]] const std::optional<Error>& failed() const { return failed_; }

 private:
  Bounds bounds_;
  std::stop_token stop_;
  long long received_ = 0;
  std::optional<Error> failed_;
};

/// Makes all connections of libgit2 go through the guard of their thread: also those below TLS and
/// after a redirect are made to checked addresses only. Once a process, before the first fetch.
void guard_connections();

}  // namespace minpaas::git
