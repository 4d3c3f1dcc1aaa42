#include "hooks/logs/log_reading.h"

#include <algorithm>
#include <deque>

#include "core/base/guarded.h"
#include "core/base/terminal_text.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kMostTailBytes = 32U << 20;
/// Before an engine that is away is asked again.
constexpr seconds kPause{1};

/// The end of a log: at most so many lines and bytes.
class Tail {
 public:
  explicit Tail(int most) : most_(static_cast<std::size_t>(most)) {}

  void add(SystemTime at, std::string_view source, std::string_view text) {
    bytes_ += text.size();
    lines_.push_back({at, std::string(source), std::string(text)});
    while (lines_.size() > most_ || bytes_ > kMostTailBytes) {
      bytes_ -= lines_.front().text.size();
      lines_.pop_front();
    }
  }

  bool give(const AppLogSink& sink) const {
    return std::ranges::all_of(
        lines_, [&](const Line& line) { return sink(line.at, line.source, line.text); });
  }

 private:
  struct Line {
    SystemTime at;
    std::string source;
    std::string text;
  };

  std::size_t most_;
  std::size_t bytes_ = 0;
  std::deque<Line> lines_;
};

}  // namespace

bool LogReading::is_wanted(const LogSource& source) const {
  const auto dot = source.process.rfind('.');
  return (!query_.process || source.process.substr(0, dot) == query_.process->str()) &&
         (!query_.index || (dot != std::string::npos &&
                            source.process.substr(dot + 1) == std::to_string(*query_.index)));
}

Result<std::vector<LogSource>> LogReading::find() {
  auto found = TRY(sources_.find(label_));
  std::erase_if(found, [this](const LogSource& source) { return !is_wanted(source); });
  return found;
}

docker::LogOptions LogReading::history_options() const {
  docker::LogOptions options;
  options.since = query_.since;
  if (query_.tail) {
    // Also of a tail of none the last line is read: following goes on behind it.
    options.tail = std::clamp(*query_.tail, 1, kMostTailLines);
  }
  return options;
}

Result<bool> LogReading::read_history(const std::vector<LogSource>& found) {
  if (!query_.tail) {
    return read(found, history_options(), sink_);
  }
  Tail tail(std::clamp(*query_.tail, 0, kMostTailLines));
  const bool stays = TRY(read(found, history_options(),
                              [&](SystemTime at, std::string_view source, std::string_view text) {
                                tail.add(at, source, text);
                                return true;
                              }));
  return stays && tail.give(sink_);
}

/// Behind the cursors, to the end.
Result<bool> LogReading::read(const std::vector<LogSource>& found,
                              const docker::LogOptions& options, const AppLogSink& sink) {
  LogReaders readers(sources_, label_, LogMerge::Sources::Ending);
  std::map<std::string, std::string> names;
  for (const LogSource& source : found) {
    names[source.id] = source.shown();
    readers.start(source, options, cursors_[source.id]);
  }
  while (!gone_.stop_requested() && !readers.is_done()) {
    for (const LogMerge::Line& line : readers.wait(SteadyTime::max(), gone_)) {
      cursors_[line.source].pass(line.line.at);
      if (!sink(line.line.at, names[line.source], sanitize_terminal(line.line.text))) {
        return false;
      }
    }
  }
  if (gone_.stop_requested()) {
    return false;
  }
  if (const auto failure = readers.take_failure()) {
    return *failure;
  }
  return true;
}

Result<void> LogReading::follow(LogFeed& feed, std::uint64_t number) {
  while (!gone_.stop_requested()) {
    const LogFeed::Got got = feed.wait(number, gone_);
    if (got.is_over) {
      return Error{ErrorCode::Internal, "the log cannot be followed any more", "try it again", ""};
    }
    if (got.is_behind) {
      number = feed.next();
      beyond_.clear();
      if (!catch_up()) {
        return {};
      }
    }
    for (const auto& line : got.lines) {
      ++number;
      if (!pass_on(*line)) {
        return {};
      }
    }
  }
  return {};
}

/// Reads what the feed does not keep any more from where it comes from.
bool LogReading::catch_up() {
  while (!gone_.stop_requested()) {
    const auto found = find();
    const auto stays =
        found ? read(*found, {.since = query_.since}, sink_) : Result<bool>(found.error());
    if (stays) {
      return *stays;
    }
    Guarded<bool> nothing;
    nothing.wait_until(
        std::chrono::steady_clock::now() + kPause, gone_, [](bool) { return false; }, [](bool) {});
  }
  return false;
}

bool LogReading::pass_on(const LogFeed::Line& line) {
  LogCursor& cursor = cursors_[line.source.id];
  const bool is_beyond = beyond_.contains(line.source.id);
  if (!is_wanted(line.source) || (!is_beyond && cursor.has_passed(line.line.at, line.nth))) {
    return true;
  }
  if (!is_beyond) {
    beyond_.insert(line.source.id);
  }
  cursor = {line.line.at, line.nth};
  return sink_(line.line.at, line.source.shown(), sanitize_terminal(line.line.text));
}

}  // namespace minpaas::hooks
