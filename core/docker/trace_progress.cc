#include "core/docker/trace_progress.h"

#include <algorithm>
#include <cctype>

namespace minpaas::docker {
namespace {

/// `[2/5]` of `[2/5] COPY . .`
std::string_view bracket_of(std::string_view step) {
  return step.substr(0, step.find(']') + 1);
}

/// A here-document makes a name of several lines.
std::string one_line(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return name;
}

}  // namespace

bool is_dockerfile_step(std::string_view name) {
  const auto bracket = bracket_of(name);
  const auto slash = bracket.rfind('/');
  const auto digit = [&](std::size_t i) {
    return std::isdigit(static_cast<unsigned char>(bracket[i])) != 0;
  };
  return name.starts_with('[') && slash != std::string_view::npos && slash > 1 &&
         slash + 1 < bracket.size() && digit(slash - 1) && digit(slash + 1);
}

void TraceProgress::take(const TraceStatus& status) {
  for (const auto& vertex : status.vertices) {
    take(vertex);
  }
  for (const auto& log : status.logs) {
    take(log);
  }
}

void TraceProgress::take(const TraceVertex& vertex) {
  // Those that were stopped because another failed say "context canceled".
  if (!vertex.error.empty() && !failure_ &&
      vertex.error.find("context canceled") == std::string::npos) {
    failure_ = Failure{one_line(vertex.name), vertex.error};
  }
  if (!is_dockerfile_step(vertex.name)) {
    return;
  }
  Step& step = steps_[vertex.digest];
  step.name = one_line(vertex.name);
  if (!vertex.started) {
    return;
  }
  step.cached = step.cached || (vertex.cached && !step.shown);
  show(vertex.digest, step);
  step.running_since = vertex.started;
  if (vertex.completed) {
    complete(vertex.digest, step, vertex);
  }
}

void TraceProgress::show(const std::string& digest, Step& step) {
  if (completed_ == digest) {
    completed_.clear();
  }
  if (step.shown) {
    return;
  }
  flush_done();
  step.shown = true;
  latest_ = digest;
  observer_.step(step.name, step.cached);
}

void TraceProgress::complete(const std::string& digest, Step& step, const TraceVertex& vertex) {
  const auto print = [&](std::string_view text) { line(digest, text); };
  step.out.finish(print);
  step.err.finish(print);
  const auto ran = *vertex.completed - *step.running_since;
  step.took += std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(ran));
  step.running_since.reset();
  if (!step.cached && vertex.error.empty()) {
    flush_done();
    completed_ = digest;
  }
}

void TraceProgress::take(const TraceLog& log) {
  const auto found = steps_.find(log.vertex);
  if (found == steps_.end()) {
    return;
  }
  Step& step = found->second;
  show(log.vertex, step);
  auto& lines = log.stream == 2 ? step.err : step.out;
  lines.feed(log.text, [&](std::string_view text) { line(log.vertex, text); });
}

void TraceProgress::line(const std::string& digest, std::string_view text) {
  if (digest == latest_) {
    observer_.output(text);
    return;
  }
  observer_.output(std::string(bracket_of(steps_[digest].name)) + " " + std::string(text));
}

void TraceProgress::flush_done() {
  if (completed_.empty()) {
    return;
  }
  const Step& step = steps_[completed_];
  completed_.clear();
  observer_.step_done(step.name, step.took);
}

void TraceProgress::finish() {
  for (auto& [digest, step] : steps_) {
    const auto print = [this, id = digest](std::string_view text) { line(id, text); };
    step.out.finish(print);
    step.err.finish(print);
  }
  flush_done();
}

}  // namespace minpaas::docker
