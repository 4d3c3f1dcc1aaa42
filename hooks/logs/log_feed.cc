#include "hooks/logs/log_feed.h"

#include <algorithm>
#include <exception>

#include "core/base/log.h"

namespace minpaas::hooks {
namespace {

/// How often new sources are looked for.
constexpr seconds kLookInterval{1};
/// Lines that come so soon after others go out together: to wake all who follow costs more than the
/// lines. One that comes after a silence goes at once.
constexpr milliseconds kBeat{250};
constexpr std::size_t kBatch = 512;

}  // namespace

LogFeed::LogFeed(LogSources& sources, std::string label, SystemTime since)
    : log_sources_(sources),
      label_(std::move(label)),
      since_(since),
      readers_(sources, label_, LogMerge::Sources::Endless),
      thread_([this](const std::stop_token& stop) {
        try {
          run(stop);
        } catch (const std::exception& bug) {
          log::error("bug in the following of logs: {}", bug.what());
          ring_.update([](Ring& ring) { ring.is_over = true; });
        }
      }) {}

std::uint64_t LogFeed::next() const {
  return ring_.with([](const Ring& ring) { return ring.end(); });
}

bool LogFeed::is_over() const {
  return ring_.with([](const Ring& ring) { return ring.is_over; });
}

LogFeed::Got LogFeed::wait(std::uint64_t number, const std::stop_token& gone) {
  return ring_.wait_until(
      SteadyTime::max(), gone,
      [&](const Ring& ring) { return ring.end() > number || ring.is_over; },
      [&](const Ring& ring) {
        Got got;
        got.is_over = ring.is_over && ring.end() <= number;
        got.is_behind = number < ring.first;
        if (!got.is_behind && ring.end() > number) {
          const auto begin = ring.lines.begin() + static_cast<std::ptrdiff_t>(number - ring.first);
          const auto count = std::min<std::ptrdiff_t>(ring.lines.end() - begin, kBatch);
          got.lines.assign(begin, begin + count);
        }
        return got;
      });
}

void LogFeed::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    look_for_sources();
    const auto look_again = std::chrono::steady_clock::now() + kLookInterval;
    while (!stop.stop_requested() && std::chrono::steady_clock::now() < look_again) {
      auto lines = readers_.wait(look_again, stop);
      const auto beat = std::chrono::steady_clock::now() + kBeat;
      const auto rest_until = lines.empty() ? look_again : std::min(look_again, beat);
      publish(std::move(lines));
      readers_.rest(rest_until, stop);
    }
  }
}

/// What is new, what may have more, and what has ended since its last reading began: a process may
/// have come and gone again meanwhile. An engine that is away is asked again later.
void LogFeed::look_for_sources() {
  std::size_t count = readers_.sweep();
  tell_failure();
  const auto sources = log_sources_.find(label_);
  if (!sources) {
    return;
  }
  for (const LogSource& source : *sources) {
    const auto known = known_.find(source.id);
    const bool is_new = known == known_.end();
    const bool has_more = source.is_alive || is_new || known->second.is_alive;
    if (readers_.knows(source.id) || !has_more || count >= LogSources::kMostSources) {
      continue;
    }
    known_[source.id] = source;
    docker::LogOptions options;
    options.follow = true;
    if (is_new && !has_looked_) {
      cursors_[source.id] = {since_, 0};
    }
    readers_.start(source, options, cursors_[source.id]);
    ++count;
  }
  has_looked_ = true;
}

/// Once, until all can be read again.
void LogFeed::tell_failure() {
  const auto failure = readers_.take_failure();
  if (failure && !failing_) {
    log::warn("the log of {} cannot be followed, and is tried again: {}", label_,
              failure->for_log());
  }
  failing_ = failure.has_value();
}

void LogFeed::publish(std::vector<LogMerge::Line> lines) {
  if (lines.empty()) {
    return;
  }
  std::vector<std::shared_ptr<const Line>> made;
  std::size_t bytes = 0;
  for (LogMerge::Line& line : lines) {
    LogCursor& cursor = cursors_[line.source];
    cursor.pass(line.line.at);
    bytes += line.line.text.size();
    made.push_back(std::make_shared<const Line>(
        Line{known_[line.source], std::move(line.line), cursor.seen_at_last}));
  }
  ring_.update([&](Ring& ring) {
    ring.bytes += bytes;
    std::ranges::move(made, std::back_inserter(ring.lines));
    while (ring.lines.size() > kMostLines || ring.bytes > kMostBytes) {
      ring.bytes -= ring.lines.front()->line.text.size();
      ring.lines.pop_front();
      ++ring.first;
    }
  });
}

}  // namespace minpaas::hooks
