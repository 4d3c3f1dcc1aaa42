#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/docker/engine.h"

namespace minpaas::hooks {

/// Brings the lines of several sources into one order by time. Each source is in order by
/// itself. Pure; thread: one at a time.
class LogMerge {
 public:
  /// How long a line waits for an older one of another source, where sources may be silent.
  static constexpr milliseconds kWindow{50};
  /// Bounds of what waits, for each source.
  static constexpr std::size_t kMostLines = 512;
  static constexpr std::size_t kMostBytes = 1U << 20;

  struct Line {
    std::string source;
    docker::LogLine line;
  };

  /// Sources that end by themselves can be merged exactly; those that go on only within kWindow.
  enum class Sources { Ending, Endless };

  explicit LogMerge(Sources sources) : sources_(sources) {}

  void open(const std::string& source) { queues_[source]; }

  [[nodiscard]] bool has_room(const std::string& source) const;
  void push(const std::string& source, docker::LogLine line, SteadyTime now);
  /// No line comes any more.
  void close(const std::string& source);

  /// Open, or closed with lines to be taken.
  [[nodiscard]] bool knows(const std::string& source) const { return queues_.contains(source); }

  [[nodiscard]] bool empty() const { return queues_.empty(); }

  /// Lines of the source that have not been taken.
  [[nodiscard]] std::size_t waiting(const std::string& source) const {
    const auto found = queues_.find(source);
    return found == queues_.end() ? 0 : found->second.lines.size();
  }

  /// Whether take() has something.
  [[nodiscard]] bool ready(SteadyTime now) const { return next(now) != queues_.end(); }

  /// The lines whose turn has come, at most `most`, oldest first.
  std::vector<Line> take(SteadyTime now, std::size_t most);
  /// When take() will have something without a further push; the end of time when nothing waits.
  [[nodiscard]] SteadyTime next_due() const;

 private:
  struct Entry {
    docker::LogLine line;
    SteadyTime arrived;
  };

  struct Queue {
    std::deque<Entry> lines;
    std::size_t bytes = 0;
    bool closed = false;
  };

  using Queues = std::map<std::string, Queue>;

  [[nodiscard]] Queues::const_iterator next(SteadyTime now) const;

  Sources sources_;
  Queues queues_;
};

}  // namespace minpaas::hooks
