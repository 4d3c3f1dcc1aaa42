#include "hooks/logs/log_merge.h"

#include <algorithm>

namespace minpaas::hooks {

bool LogMerge::has_room(const std::string& source) const {
  const auto found = queues_.find(source);
  return found == queues_.end() ||
         (found->second.lines.size() < kMostLines && found->second.bytes < kMostBytes);
}

void LogMerge::push(const std::string& source, docker::LogLine line, SteadyTime now) {
  Queue& queue = queues_[source];
  queue.bytes += line.text.size();
  queue.lines.push_back({std::move(line), now});
}

void LogMerge::close(const std::string& source) {
  const auto found = queues_.find(source);
  if (found == queues_.end()) {
    return;
  }
  found->second.closed = true;
  if (found->second.lines.empty()) {
    queues_.erase(found);
  }
}

LogMerge::Queues::const_iterator LogMerge::next(SteadyTime now) const {
  auto oldest = queues_.end();
  bool all_have_lines = true;
  for (auto queue = queues_.begin(); queue != queues_.end(); ++queue) {
    if (queue->second.lines.empty()) {
      all_have_lines = false;
    } else if (oldest == queues_.end() ||
               queue->second.lines.front().line.at < oldest->second.lines.front().line.at) {
      oldest = queue;
    }
  }
  if (oldest == queues_.end() || all_have_lines) {
    return oldest;
  }
  const bool waited = now - oldest->second.lines.front().arrived >= kWindow;
  return sources_ == Sources::Endless && waited ? oldest : queues_.end();
}

std::vector<LogMerge::Line> LogMerge::take(SteadyTime now, std::size_t most) {
  std::vector<Line> taken;
  while (taken.size() < most) {
    const auto found = next(now);
    if (found == queues_.end()) {
      break;
    }
    const auto queue = queues_.find(found->first);
    Entry entry = std::move(queue->second.lines.front());
    queue->second.lines.pop_front();
    queue->second.bytes -= entry.line.text.size();
    taken.push_back({queue->first, std::move(entry.line)});
    if (queue->second.closed && queue->second.lines.empty()) {
      queues_.erase(queue);
    }
  }
  return taken;
}

SteadyTime LogMerge::next_due() const {
  SteadyTime due = SteadyTime::max();
  if (sources_ == Sources::Ending) {
    return due;
  }
  for (const auto& [source, queue] : queues_) {
    if (!queue.lines.empty()) {
      due = std::min(due, queue.lines.front().arrived + kWindow);
    }
  }
  return due;
}

}  // namespace minpaas::hooks
