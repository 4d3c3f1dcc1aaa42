#pragma once

#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "hooks/logs/log_feed.h"
#include "hooks/logs/log_readers.h"
#include "hooks/logs/log_sources.h"
#include "hooks/service/platform.h"

namespace minpaas::hooks {

/// One reading of an app's log: what there is, then what comes. Thread: one.
class LogReading {
 public:
  /// `tail` is cut down to these.
  static constexpr int kMostTailLines = 10'000;

  /// The query and the sink must outlive it.
  LogReading(LogSources& sources, std::string label, const LogQuery& query, const AppLogSink& sink,
             std::stop_token gone)
      : sources_(sources),
        label_(std::move(label)),
        query_(query),
        sink_(sink),
        gone_(std::move(gone)) {}

  LogReading(const LogReading&) = delete;
  LogReading& operator=(const LogReading&) = delete;

  /// The sources that the query asks for. Errors: those of the engine.
  Result<std::vector<LogSource>> find();
  /// What there is, to its end. False: the reader has left. Errors: those of the engine.
  Result<bool> read_history(const std::vector<LogSource>& found);
  /// Until the reader has left. `number`: of the feed's next line, from before the history was
  /// read. Errors: Internal (the feed has died).
  Result<void> follow(LogFeed& feed, std::uint64_t number);

 private:
  [[nodiscard]] bool is_wanted(const LogSource& source) const;
  [[nodiscard]] docker::LogOptions history_options() const;
  Result<bool> read(const std::vector<LogSource>& found, const docker::LogOptions& options,
                    const AppLogSink& sink);
  bool catch_up();
  bool pass_on(const LogFeed::Line& line);

  LogSources& sources_;
  std::string label_;
  const LogQuery& query_;
  const AppLogSink& sink_;
  std::stop_token gone_;
  std::map<std::string, LogCursor> cursors_;
  /// Sources that the feed has given a line of which was not read before: since then all are new,
  /// also those whose times go back.
  std::set<std::string> beyond_;
};

}  // namespace minpaas::hooks
