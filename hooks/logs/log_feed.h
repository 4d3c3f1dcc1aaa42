#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/base/guarded.h"
#include "hooks/logs/log_readers.h"

namespace minpaas::hooks {

/// The new lines of one app, read once for all who follow them, over deploys and restarts of the
/// engine. Thread: any; it has one of its own, and one for each source.
class LogFeed {
 public:
  /// Of the lines that are kept for those who are behind.
  static constexpr std::size_t kMostLines = 16'384;
  static constexpr std::size_t kMostBytes = 8U << 20;

  struct Line {
    LogSource source;
    docker::LogLine line;
    /// Which line of its source it is among those of its moment, from 1.
    int nth = 1;
  };

  struct Got {
    std::vector<std::shared_ptr<const Line>> lines;
    /// The line asked for is not kept any more.
    bool is_behind = false;
    /// No further line comes: the feed has died of a bug.
    bool is_over = false;
  };

  /// Begins with the lines of `since`.
  LogFeed(LogSources& sources, std::string label, SystemTime since);
  LogFeed(const LogFeed&) = delete;
  LogFeed& operator=(const LogFeed&) = delete;

  /// The number of the next line.
  [[nodiscard]] std::uint64_t next() const;
  /// See Got.
  [[nodiscard]] bool is_over() const;
  /// The lines from this number on, a few hundred at most; waits for one. None: `gone` is
  /// requested, or what else Got says.
  Got wait(std::uint64_t number, const std::stop_token& gone);

 private:
  struct Ring {
    std::deque<std::shared_ptr<const Line>> lines;
    std::uint64_t first = 0;
    std::size_t bytes = 0;
    bool is_over = false;

    [[nodiscard]] std::uint64_t end() const { return first + lines.size(); }
  };

  void run(const std::stop_token& stop);
  void look_for_sources();
  void tell_failure();
  void publish(std::vector<LogMerge::Line> lines);

  LogSources& log_sources_;
  std::string label_;
  SystemTime since_;
  LogReaders readers_;
  /// Of the feed's thread. As they were when their last reading began.
  std::map<std::string, LogSource> known_;
  std::map<std::string, LogCursor> cursors_;
  bool has_looked_ = false;
  bool failing_ = false;
  Guarded<Ring> ring_;
  std::jthread thread_;
};

}  // namespace minpaas::hooks
