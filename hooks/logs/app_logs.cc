#include "hooks/logs/app_logs.h"

#include <fmt/format.h>

#include "hooks/containers/process_set.h"
#include "hooks/logs/log_reading.h"

namespace minpaas::hooks {
namespace {

/// Of the lines that a new feed begins with: more than the clocks of one machine differ.
constexpr seconds kOverlap{2};

Error nothing_to_read(const AppName& app, const LogQuery& query) {
  if (!query.process) {
    return {ErrorCode::NotFound,
            fmt::format("{} has no logs: none of its processes has run yet", app.str()),
            "deploy it with git push, or see its builds with logs --build", ""};
  }
  return {
      ErrorCode::NotFound,
      fmt::format("{} has no process {}", app.str(),
                  query.index ? process_name(*query.process, *query.index) : query.process->str()),
      "see its processes with ps", ""};
}

}  // namespace

Result<void> AppLogs::read(const AppName& app, const LogQuery& query, const AppLogSink& sink,
                           std::stop_token gone) {
  const std::string label = query.label.empty() ? app.str() : query.label;
  LogReading reading(sources_, label, query, sink, std::move(gone));
  const auto found = TRY(reading.find());
  if (found.empty()) {
    return nothing_to_read(app, query);
  }
  if (!query.follow) {
    TRY(reading.read_history(found));
    return {};
  }
  const auto feed = feed_of(label);
  const auto number = feed->next();
  if (TRY(reading.read_history(found))) {
    return reading.follow(*feed, number);
  }
  return {};
}

std::shared_ptr<LogFeed> AppLogs::feed_of(const std::string& label) {
  return feeds_.with([&](auto& feeds) {
    std::erase_if(feeds, [](const auto& entry) { return entry.second.expired(); });
    auto feed = feeds[label].lock();
    if (!feed || feed->is_over()) {
      feed = std::make_shared<LogFeed>(sources_, label, clock_.now() - kOverlap);
      feeds[label] = feed;
    }
    return feed;
  });
}

}  // namespace minpaas::hooks
