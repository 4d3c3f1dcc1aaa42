#include "hooks/logs/log_readers.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/base/log.h"

namespace minpaas::hooks {
namespace {

using docker::LogLine;

constexpr std::size_t kBatch = 256;
/// So many lines do not wait for the end of a rest.
constexpr std::size_t kManyLines = 64;

}  // namespace

void LogReaders::start(const LogSource& source, docker::LogOptions options, const LogCursor& from) {
  if (from.last) {
    options.since = from.last;
  }
  state_.with([&](State& state) { state.merge.open(source.id); });
  threads_[source.id] = std::jthread([this, source, options, from](const std::stop_token& stop) {
    Result<void> done;
    try {
      done = read(source, options, from, stop);
    } catch (const std::exception& bug) {
      log::error("bug in the reading of a log: {}", bug.what());
      done = Error{ErrorCode::Internal, "the log cannot be read", "", bug.what()};
    }
    state_.update([&](State& state) {
      state.merge.close(source.id);
      if (!done && done.error().code != ErrorCode::NotFound) {
        state.failure = done.error();
      }
    });
  });
}

Result<void> LogReaders::read(const LogSource& source, const docker::LogOptions& options,
                              const LogCursor& from, const std::stop_token& stop) {
  int skip = from.last ? from.seen_at_last : 0;
  return sources_.read(
      label_, source, options,
      [&](const LogLine& line) {
        if (skip > 0 && line.at == *from.last) {
          --skip;
          return true;
        }
        return push(source.id, line, stop);
      },
      stop);
}

/// Waits for room: a slow reader slows the engine's stream down, it does not fill memory.
bool LogReaders::push(const std::string& source, const LogLine& line, const std::stop_token& stop) {
  bool pushed = false;
  bool many = false;
  state_.wait_until(
      SteadyTime::max(), stop, [&](const State& state) { return state.merge.has_room(source); },
      [&](State& state) {
        pushed = !stop.stop_requested();
        if (pushed) {
          state.merge.push(source, line, std::chrono::steady_clock::now());
          many = state.merge.waiting(source) >= kManyLines;
        }
      });
  state_.update([](State&) {});
  if (many) {
    hurry_.update([](bool& hurry) { hurry = true; });
  }
  return pushed;
}

bool LogReaders::knows(const std::string& source) const {
  return state_.with([&](const State& state) { return state.merge.knows(source); });
}

std::size_t LogReaders::sweep() {
  std::erase_if(threads_, [this](const auto& thread) { return !knows(thread.first); });
  return threads_.size();
}

std::vector<LogMerge::Line> LogReaders::wait(SteadyTime until, const std::stop_token& gone) {
  std::vector<LogMerge::Line> lines;
  while (lines.empty() && !gone.stop_requested() && std::chrono::steady_clock::now() < until) {
    const auto due = state_.with([](const State& state) { return state.merge.next_due(); });
    const bool is_empty = state_.wait_until(
        std::min(until, due), gone,
        [&](const State& state) {
          return state.merge.empty() || state.merge.next_due() < due ||
                 state.merge.ready(std::chrono::steady_clock::now());
        },
        [&](State& state) {
          lines = state.merge.take(std::chrono::steady_clock::now(), kBatch);
          return lines.empty() && state.merge.empty();
        });
    if (is_empty) {
      break;
    }
  }
  if (!lines.empty()) {
    // Room for those who wait to push.
    state_.update([](State&) {});
  }
  return lines;
}

void LogReaders::rest(SteadyTime until, const std::stop_token& gone) {
  hurry_.wait_until(
      until, gone, [](bool hurry) { return hurry; }, [](bool& hurry) { hurry = false; });
}

bool LogReaders::is_done() const {
  return state_.with([](const State& state) { return state.merge.empty(); });
}

std::optional<Error> LogReaders::take_failure() {
  return state_.with([](State& state) { return std::exchange(state.failure, std::nullopt); });
}

}  // namespace minpaas::hooks
