// The calls of FakeEngine that last: builds, logs, events.

#include <algorithm>

#include "tests/support/fake_engine.h"

namespace minpaas::test {

using docker::ContainerId;
using docker::Labels;
using docker::LogLine;
using docker::RunState;

namespace {

SteadyTime in(seconds duration) {
  return std::chrono::steady_clock::now() + duration;
}

/// A stream lasts until something ends it; condition variables want a date nevertheless.
constexpr seconds kForever{24 * 3600};

/// Index of the first line that `options` ask for.
std::size_t first_line(const std::vector<LogLine>& lines, const docker::LogOptions& options) {
  std::size_t first = 0;
  while (options.since && first < lines.size() && lines[first].at < *options.since) {
    ++first;
  }
  const auto tail = static_cast<std::size_t>(std::max(0, options.tail.value_or(0)));
  return options.tail && lines.size() - first > tail ? lines.size() - tail : first;
}

Result<void> may_go_on(const FakeEngineState& state, const std::stop_token& stop) {
  if (stop.stop_requested()) {
    return cancelled();
  }
  return state.down ? Result<void>(engine_down()) : Result<void>();
}

}  // namespace

Result<ImageId> FakeEngine::build(const docker::BuildRequest& request,
                                  const docker::TarSource& context, docker::BuildObserver& observer,
                                  std::stop_token stop) {
  TRY(enter(EngineCall::Build, request.tag, "build " + request.tag));
  std::string tar;
  TRY(context([&](std::span<const char> piece) -> Result<void> {
    if (stop.stop_requested()) {
      return cancelled();
    }
    tar.append(piece.data(), piece.size());
    return {};
  }));
  const auto script = state_.with([&](FakeEngineState& state) {
    state.last_context = tar;
    state.builds.push_back(request);
    FakeBuild next;
    if (!state.scripts.empty()) {
      next = state.scripts.front();
      state.scripts.pop_front();
    }
    return next;
  });
  state_.update([](FakeEngineState& state) { ++state.running_builds; });
  auto ran = run_steps(script, observer, stop);
  state_.update([](FakeEngineState& state) { --state.running_builds; });
  TRY(ran);
  return finish_build(request, script);
}

Result<void> FakeEngine::run_steps(const FakeBuild& script, docker::BuildObserver& observer,
                                   const std::stop_token& stop) {
  for (std::size_t i = 0; i < script.steps.size(); ++i) {
    const auto& step = script.steps[i];
    const bool last = i + 1 == script.steps.size();
    if (last) {
      TRY(state_.wait_until(
          in(kForever), stop,
          [](const FakeEngineState& state) { return !state.holding_builds || state.down; },
          [&](const FakeEngineState& state) { return may_go_on(state, stop); }));
    }
    observer.step(step.name, step.cached);
    for (const auto& line : step.output) {
      observer.output(line);
    }
    if (last && script.error) {
      return *script.error;
    }
    if (!step.cached) {
      observer.step_done(step.name, step.took);
    }
  }
  if (script.error) {
    return *script.error;
  }
  return {};
}

Result<ImageId> FakeEngine::finish_build(const docker::BuildRequest& request,
                                         const FakeBuild& script) {
  return state_.with([&](FakeEngineState& state) {
    FakeImage& image = state.add_image(request.tag, request.labels);
    image.behaviour = script.behaviour;
    image.by_command = script.by_command;
    image.details.exposed_tcp_ports = script.exposed_tcp_ports;
    return image.details.id;
  });
}

Result<void> FakeEngine::logs(const ContainerId& id, const docker::LogOptions& options,
                              const docker::LogSink& sink, std::stop_token stop) {
  TRY(enter(EngineCall::Logs, name_of(id)));
  std::optional<std::size_t> next;
  for (bool more = true; more;) {
    std::vector<LogLine> batch;
    const auto ready = [&](FakeEngineState& state) {
      const FakeContainer* found = state.find(id.value);
      return state.down || found == nullptr || !next || *next < found->log.size() ||
             found->details.state != RunState::Running;
    };
    const auto take = [&](FakeEngineState& state) -> Result<void> {
      TRY(may_go_on(state, stop));
      const FakeContainer* found = state.find(id.value);
      if (found == nullptr) {
        more = false;
        return next ? Result<void>() : Result<void>(no_container(id.value));
      }
      const auto from = next.value_or(first_line(found->log, options));
      batch.assign(found->log.begin() + static_cast<std::ptrdiff_t>(from), found->log.end());
      next = found->log.size();
      more = options.follow && found->details.state == RunState::Running;
      return {};
    };
    TRY(state_.wait_until(in(kForever), stop, ready, take));
    for (const auto& line : batch) {
      if (!sink(line)) {
        return {};
      }
    }
  }
  return {};
}

Result<void> FakeEngine::events(const Labels& labels, std::optional<SystemTime> since,
                                const docker::EventSink& sink, std::stop_token stop) {
  TRY(enter(EngineCall::Events, ""));
  std::size_t next = state_.with([&](const FakeEngineState& state) {
    std::size_t first = since ? 0 : state.events.size();
    while (since && first < state.events.size() && state.events[first].at < *since) {
      ++first;
    }
    return first;
  });
  for (;;) {
    std::vector<docker::EngineEvent> batch;
    const auto ready = [&](const FakeEngineState& state) {
      return state.down || next < state.events.size();
    };
    const auto take = [&](const FakeEngineState& state) -> Result<void> {
      TRY(may_go_on(state, stop));
      batch.assign(state.events.begin() + static_cast<std::ptrdiff_t>(next), state.events.end());
      next = state.events.size();
      return {};
    };
    TRY(state_.wait_until(in(kForever), stop, ready, take));
    for (const auto& event : batch) {
      if (has_labels(event.labels, labels) && !sink(event)) {
        return {};
      }
    }
  }
}

}  // namespace minpaas::test
