#include "hooks/app_logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <exception>
#include <map>
#include <thread>

#include "core/base/guarded.h"
#include "core/base/log.h"
#include "core/base/terminal_text.h"
#include "hooks/log_merge.h"
#include "hooks/process_set.h"

namespace minpaas::hooks {
namespace {

using docker::ContainerDetails;
using docker::ContainerId;
using docker::LogLine;

/// How often new containers are looked for while following.
constexpr seconds kLookInterval{1};
constexpr std::size_t kBatch = 256;
/// While following, lines that come so soon after others go out together: to wake all who follow
/// costs more than the lines. One that comes after a silence goes at once.
constexpr milliseconds kBeat{250};
/// So many lines do not wait for the next beat.
constexpr std::size_t kManyLines = 64;
constexpr std::size_t kMostTailBytes = 32U << 20;

/// How far a container's log was read. The engine's `since` has no line numbers: lines of the last
/// microsecond come again and are skipped by count.
struct Cursor {
  std::optional<SystemTime> last;
  int seen_at_last = 0;

  void pass(SystemTime at) {
    seen_at_last = last == at ? seen_at_last + 1 : 1;
    last = at;
  }
};

/// The end of a log: at most so many lines and bytes.
class Tail {
 public:
  explicit Tail(int most) : most_(static_cast<std::size_t>(most)) {}

  void add(LogMerge::Line line) {
    bytes_ += line.line.text.size();
    lines_.push_back(std::move(line));
    while (lines_.size() > most_ || bytes_ > kMostTailBytes) {
      bytes_ -= lines_.front().line.text.size();
      lines_.pop_front();
    }
  }

  [[nodiscard]] const std::deque<LogMerge::Line>& lines() const { return lines_; }

 private:
  std::size_t most_;
  std::size_t bytes_ = 0;
  std::deque<LogMerge::Line> lines_;
};

/// One reading of an app's logs. Thread: the caller's, but for read_container.
class Reading {
 public:
  /// `look` gives the containers of the app as they were half a second ago at most.
  Reading(docker::Engine& engine, docker::Labels labels,
          std::function<Result<RecentContainers::List>()> look, const LogQuery& query,
          const AppLogSink& sink, std::stop_token gone)
      : engine_(engine),
        labels_(std::move(labels)),
        look_(std::move(look)),
        query_(query),
        sink_(sink),
        gone_(std::move(gone)) {}

  /// Containers that the query asks for, the newest `kMostContainers` of them.
  Result<std::vector<ContainerDetails>> find();
  /// What there is, to its end; false when the reader has left.
  Result<bool> read_history(const std::vector<ContainerDetails>& containers);
  void follow();

 private:
  struct State {
    explicit State(LogMerge::Sources sources = LogMerge::Sources::Ending) : merge(sources) {}

    LogMerge merge;
    std::optional<Error> failure;
  };

  bool wanted(const ContainerDetails& container) const;
  std::vector<ContainerDetails> choose(std::vector<ContainerDetails> containers);
  void start_reader(const ContainerId& container, const docker::LogOptions& options);
  Result<void> read_container(const ContainerId& container, const docker::LogOptions& options,
                              const Cursor& cursor, const std::stop_token& stop);
  bool push(const ContainerId& container, const LogLine& line, const std::stop_token& stop);
  std::vector<LogMerge::Line> wait_for_lines(SteadyTime until);
  bool emit(const LogMerge::Line& line);
  void rest(SteadyTime until);
  void look_for_containers();

  docker::Engine& engine_;
  docker::Labels labels_;
  std::function<Result<RecentContainers::List>()> look_;
  const LogQuery& query_;
  const AppLogSink& sink_;
  std::stop_token gone_;
  bool following_ = false;
  std::map<ContainerId, std::string> names_;
  std::map<ContainerId, Cursor> cursors_;
  Guarded<State> state_;
  /// Whether many lines wait; apart from the state, so that a single line wakes nobody who rests.
  Guarded<bool> hurry_{false};
  /// Last: its threads end before what they use.
  std::map<ContainerId, std::jthread> readers_;
};

/// `web.1` of a container, empty when it has no process of ours.
std::string process_label(const ContainerDetails& container) {
  const auto found = container.labels.find(std::string(docker::kLabelProcess));
  return found == container.labels.end() ? "" : found->second;
}

bool Reading::wanted(const ContainerDetails& container) const {
  const std::string name = process_label(container);
  const auto dot = name.rfind('.');
  // What a one-off prints is for who runs it, and no log of it is kept.
  const auto mark = container.labels.find(std::string(docker::kLabelOneOff));
  const bool one_off = mark != container.labels.end() && !mark->second.empty();
  return !name.empty() && !one_off &&
         (!query_.process || name.substr(0, dot) == query_.process->str()) &&
         (!query_.index ||
          (dot != std::string::npos && name.substr(dot + 1) == std::to_string(*query_.index)));
}

Result<std::vector<ContainerDetails>> Reading::find() {
  return choose(TRY(engine_.list_containers(labels_)));
}

std::vector<ContainerDetails> Reading::choose(std::vector<ContainerDetails> containers) {
  std::erase_if(containers, [this](const ContainerDetails& found) { return !wanted(found); });
  // The engine lists the newest first.
  if (containers.size() > AppLogs::kMostContainers) {
    containers.resize(AppLogs::kMostContainers);
  }
  for (const ContainerDetails& container : containers) {
    names_[container.id] = fmt::format("app[{}]", process_label(container));
  }
  return containers;
}

void Reading::start_reader(const ContainerId& container, const docker::LogOptions& options) {
  state_.with([&](State& state) { state.merge.open(container); });
  const Cursor cursor = cursors_[container];
  readers_[container] =
      std::jthread([this, container, options, cursor](const std::stop_token& stop) {
        Result<void> read;
        try {
          read = read_container(container, options, cursor, stop);
        } catch (const std::exception& bug) {
          log::error("bug in the reading of a log: {}", bug.what());
          read = Error{ErrorCode::Internal, "the log cannot be read", "", bug.what()};
        }
        state_.update([&](State& state) {
          state.merge.close(container);
          // It was removed meanwhile: there is nothing to read, which is no failure.
          if (!read && read.error().code != ErrorCode::NotFound) {
            state.failure = read.error();
          }
        });
      });
}

Result<void> Reading::read_container(const ContainerId& container,
                                     const docker::LogOptions& options, const Cursor& cursor,
                                     const std::stop_token& stop) {
  int skip = cursor.last ? cursor.seen_at_last : 0;
  return engine_.logs(
      container, options,
      [&](const LogLine& line) {
        if (skip > 0 && line.at == *cursor.last) {
          --skip;
          return true;
        }
        return push(container, line, stop);
      },
      stop);
}

/// Waits for room: a slow reader slows the engine's stream down, it does not fill memory.
bool Reading::push(const ContainerId& container, const LogLine& line, const std::stop_token& stop) {
  bool pushed = false;
  bool many = false;
  state_.wait_until(
      SteadyTime::max(), stop, [&](const State& state) { return state.merge.has_room(container); },
      [&](State& state) {
        pushed = !stop.stop_requested();
        if (pushed) {
          state.merge.push(container, line, std::chrono::steady_clock::now());
          many = state.merge.waiting(container) >= kManyLines;
        }
      });
  state_.update([](State&) {});
  if (many) {
    hurry_.update([](bool& hurry) { hurry = true; });
  }
  return pushed;
}

/// Waits for lines whose turn has come. It may come back without any before `until`.
std::vector<LogMerge::Line> Reading::wait_for_lines(SteadyTime until) {
  std::vector<LogMerge::Line> lines;
  const auto due = state_.with([](const State& state) { return state.merge.next_due(); });
  state_.wait_until(
      std::min(until, due), gone_,
      [&](const State& state) {
        return (!following_ && state.merge.empty()) || state.merge.next_due() < due ||
               state.merge.ready(std::chrono::steady_clock::now());
      },
      [&](State& state) { lines = state.merge.take(std::chrono::steady_clock::now(), kBatch); });
  if (!lines.empty()) {
    // Room for those who wait to push.
    state_.update([](State&) {});
  }
  return lines;
}

void Reading::rest(SteadyTime until) {
  hurry_.wait_until(
      until, gone_, [](bool hurry) { return hurry; }, [](bool& hurry) { hurry = false; });
}

bool Reading::emit(const LogMerge::Line& line) {
  return sink_(line.line.at, names_[line.source], sanitize_terminal(line.line.text));
}

Result<bool> Reading::read_history(const std::vector<ContainerDetails>& containers) {
  docker::LogOptions options;
  options.since = query_.since;
  std::optional<Tail> tail;
  if (query_.tail) {
    tail.emplace(std::clamp(*query_.tail, 0, AppLogs::kMostTailLines));
    // Also of a tail of none the last line is read: following goes on behind it.
    options.tail = std::clamp(*query_.tail, 1, AppLogs::kMostTailLines);
  }
  for (const ContainerDetails& container : containers) {
    start_reader(container.id, options);
  }
  while (!gone_.stop_requested()) {
    auto lines = wait_for_lines(SteadyTime::max());
    for (LogMerge::Line& line : lines) {
      cursors_[line.source].pass(line.line.at);
      if (tail) {
        tail->add(std::move(line));
      } else if (!emit(line)) {
        return false;
      }
    }
    if (lines.empty() && state_.with([](const State& state) { return state.merge.empty(); })) {
      break;
    }
  }
  readers_.clear();
  if (gone_.stop_requested()) {
    return false;
  }
  if (const auto failure = state_.with([](const State& state) { return state.failure; })) {
    return *failure;
  }
  if (tail) {
    return std::ranges::all_of(tail->lines(), [this](const auto& line) { return emit(line); });
  }
  return true;
}

/// Reads what is new, and what ended and was started again. An engine that is away is asked again
/// later: following ends only when the reader leaves.
void Reading::look_for_containers() {
  const auto recent = look_();
  if (!recent) {
    return;
  }
  for (const ContainerDetails& container : choose(**recent)) {
    const bool being_read =
        state_.with([&](const State& state) { return state.merge.knows(container.id); });
    const bool has_news =
        container.state == docker::RunState::Running || !cursors_.contains(container.id);
    if (being_read || !has_news || readers_.size() >= AppLogs::kMostContainers) {
      continue;
    }
    docker::LogOptions options;
    options.follow = true;
    options.since = cursors_[container.id].last ? cursors_[container.id].last : query_.since;
    start_reader(container.id, options);
  }
}

void Reading::follow() {
  state_.with([](State& state) { state = State(LogMerge::Sources::Endless); });
  following_ = true;
  while (!gone_.stop_requested()) {
    std::erase_if(readers_, [this](const auto& reader) {
      return state_.with([&](const State& state) { return !state.merge.knows(reader.first); });
    });
    look_for_containers();
    const auto look_again = std::chrono::steady_clock::now() + kLookInterval;
    while (!gone_.stop_requested() && std::chrono::steady_clock::now() < look_again) {
      const auto lines = wait_for_lines(look_again);
      for (const LogMerge::Line& line : lines) {
        cursors_[line.source].pass(line.line.at);
        if (!emit(line)) {
          return;
        }
      }
      if (!lines.empty()) {
        rest(std::min(look_again, std::chrono::steady_clock::now() + kBeat));
      }
    }
  }
}

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
  Reading reading(
      engine_, labels_of(label),
      [&] { return recent_.of(label, std::chrono::steady_clock::now()); }, query, sink,
      std::move(gone));
  const auto containers = TRY(reading.find());
  if (containers.empty()) {
    return nothing_to_read(app, query);
  }
  if (TRY(reading.read_history(containers)) && query.follow) {
    reading.follow();
  }
  return {};
}

}  // namespace minpaas::hooks
