#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "core/app/app_name.h"
#include "core/base/guarded.h"
#include "core/base/result.h"
#include "hooks/logs/log_feed.h"
#include "hooks/logs/log_sources.h"
#include "hooks/service/platform.h"

namespace minpaas::hooks {

/// What the processes of an app print, and what its journal has. Thread: any. While a call reads
/// what there is, it has a thread for each source, and holds at most 1 MB of lines for each, plus
/// what `tail` asks for (LogReading::kMostTailLines); all who follow an app share one LogFeed.
class AppLogs {
 public:
  AppLogs(LogSources sources, const Clock& clock) : sources_(std::move(sources)), clock_(clock) {}

  AppLogs(const AppLogs&) = delete;
  AppLogs& operator=(const AppLogs&) = delete;

  /// Gives the lines of the app in order of time, safe for a terminal. With `follow` it goes on,
  /// over deploys and restarts of the engine, until `gone` is requested or the sink returns false;
  /// both count as success. Errors: NotFound (there is nothing of it, no such process), those of
  /// the Engine, Internal.
  Result<void> read(const AppName& app, const LogQuery& query, const AppLogSink& sink,
                    std::stop_token gone);

 private:
  std::shared_ptr<LogFeed> feed_of(const std::string& label);

  LogSources sources_;
  const Clock& clock_;
  /// Those that someone follows.
  Guarded<std::map<std::string, std::weak_ptr<LogFeed>>> feeds_;
};

}  // namespace minpaas::hooks
