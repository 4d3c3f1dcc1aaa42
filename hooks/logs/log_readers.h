#pragma once

#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/guarded.h"
#include "hooks/logs/log_merge.h"
#include "hooks/logs/log_sources.h"

namespace minpaas::hooks {

/// How far a source was read. `since` of the engine has no line numbers: lines of one moment are
/// told apart by their count.
struct LogCursor {
  std::optional<SystemTime> last;
  int seen_at_last = 0;

  void pass(SystemTime at) {
    seen_at_last = last == at ? seen_at_last + 1 : 1;
    last = at;
  }

  /// Whether the `nth` line of the moment (from 1) was passed.
  [[nodiscard]] bool has_passed(SystemTime at, int nth) const {
    return last && (at < *last || (at == *last && nth <= seen_at_last));
  }
};

/// Reads sources at the same time, a thread for each, and brings their lines into one order. A
/// source waits while too many of its lines wait (LogMerge): nothing is lost, and memory is
/// bounded. Thread: one at a time.
class LogReaders {
 public:
  LogReaders(LogSources& sources, std::string label, LogMerge::Sources kind)
      : sources_(sources), label_(std::move(label)), state_(State(LogMerge(kind))) {}

  LogReaders(const LogReaders&) = delete;
  LogReaders& operator=(const LogReaders&) = delete;

  /// Reads on behind `from`. The source must not be one that is being read.
  void start(const LogSource& source, docker::LogOptions options, const LogCursor& from);
  /// Whether lines of it may come still.
  [[nodiscard]] bool knows(const std::string& source) const;
  /// Ends the threads of those that have ended; returns how many are left.
  std::size_t sweep();
  /// Lines whose turn has come, waiting for them. None: it is `until`, `gone` is requested or all
  /// that is read has ended.
  std::vector<LogMerge::Line> wait(SteadyTime until, const std::stop_token& gone);
  /// Sleeps; not longer when many lines wait.
  void rest(SteadyTime until, const std::stop_token& gone);
  /// All have ended and their lines were taken.
  [[nodiscard]] bool is_done() const;
  /// Why one of them could not be read, since the last call. That it was removed is no failure.
  [[nodiscard]] std::optional<Error> take_failure();

 private:
  struct State {
    explicit State(LogMerge lines = LogMerge(LogMerge::Sources::Ending))
        : merge(std::move(lines)) {}

    LogMerge merge;
    std::optional<Error> failure;
  };

  Result<void> read(const LogSource& source, const docker::LogOptions& options,
                    const LogCursor& from, const std::stop_token& stop);
  bool push(const std::string& source, const docker::LogLine& line, const std::stop_token& stop);

  LogSources& sources_;
  std::string label_;
  Guarded<State> state_;
  /// Whether many lines wait; apart from the state, so that a single line wakes nobody who rests.
  Guarded<bool> hurry_{false};
  /// Last: its threads end before what they use.
  std::map<std::string, std::jthread> threads_;
};

}  // namespace minpaas::hooks
