#include "tests/support/fake_engine.h"

#include <fmt/format.h>

#include <algorithm>

namespace minpaas::test {

using docker::ContainerDetails;
using docker::ContainerId;
using docker::ContainerSpec;
using docker::ImageDetails;
using docker::Labels;
using docker::LogLine;
using docker::RestartPolicy;
using docker::RunState;

namespace {

const RealClock kRealClock;

SteadyTime in(seconds duration) {
  return std::chrono::steady_clock::now() + duration;
}

/// A stream lasts until something ends it; condition variables want a date nevertheless.
constexpr seconds kForever{24 * 3600};

Error cancelled() {
  return {ErrorCode::Cancelled, "cancelled", "", ""};
}

Error engine_down() {
  return {ErrorCode::Unavailable, "the Docker Engine does not answer", "start it", ""};
}

Error no_container(std::string_view id) {
  return {ErrorCode::NotFound, fmt::format("No such container: {}", id), "", ""};
}

Error no_image(std::string_view reference) {
  return {ErrorCode::NotFound, fmt::format("No such image: {}", reference), "", ""};
}

/// What the list API tells of a container.
ContainerDetails as_listed(const ContainerDetails& details) {
  ContainerDetails listed;
  listed.id = details.id;
  listed.name = details.name;
  listed.image = details.image;
  listed.labels = details.labels;
  listed.state = details.state;
  return listed;
}

/// Index of the first line that `options` ask for.
std::size_t first_line(const std::vector<LogLine>& lines, const docker::LogOptions& options) {
  std::size_t first = 0;
  while (options.since && first < lines.size() && lines[first].at < *options.since) {
    ++first;
  }
  const auto tail = static_cast<std::size_t>(std::max(0, options.tail.value_or(0)));
  return options.tail && lines.size() - first > tail ? lines.size() - tail : first;
}

}  // namespace

FakeEngine::FakeEngine() : FakeEngine(kRealClock) {}

FakeEngine::FakeEngine(const Clock& clock) {
  state_.with([&](FakeEngineState& state) { state.clock = &clock; });
}

void FakeEngine::change(const std::function<void(FakeEngineState&)>& change) {
  std::vector<std::function<void()>> to_tell;
  state_.update([&](FakeEngineState& state) {
    change(state);
    to_tell.swap(state.to_tell);
  });
  for (const auto& tell : to_tell) {
    tell();
  }
}

std::string FakeEngine::name_of(const ContainerId& id) const {
  return const_cast<FakeEngine*>(this)->state_.with([&](FakeEngineState& state) {
    const FakeContainer* found = state.find(id.value);
    return found != nullptr ? found->details.name : id.value;
  });
}

Result<void> FakeEngine::enter(EngineCall call, const std::string& subject,
                               const std::string& entry) {
  auto hook = state_.with([&](FakeEngineState& state) {
    ++state.counts[call];
    if (!entry.empty()) {
      state.journal.push_back(entry);
    }
    return state.hooks[call];
  });
  if (hook) {
    hook(subject);
  }
  return state_.with([&](FakeEngineState& state) -> Result<void> {
    if (state.down) {
      return engine_down();
    }
    auto& faults = state.faults[call];
    if (faults.empty()) {
      return {};
    }
    Error fault = faults.front();
    faults.pop_front();
    return fault;
  });
}

Result<docker::EngineVersion> FakeEngine::version() {
  TRY(enter(EngineCall::Version, ""));
  return docker::EngineVersion{.version = "20.10.24", .api = "1.41"};
}

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
          [&](const FakeEngineState& state) -> Result<void> {
            return stop.stop_requested() ? Result<void>(cancelled())
                   : state.down          ? Result<void>(engine_down())
                                         : Result<void>();
          }));
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
    image.details.exposed_tcp_ports = script.exposed_tcp_ports;
    return image.details.id;
  });
}

Result<ImageDetails> FakeEngine::inspect_image(std::string_view reference) {
  TRY(enter(EngineCall::InspectImage, std::string(reference)));
  return state_.with([&](FakeEngineState& state) -> Result<ImageDetails> {
    const FakeImage* image = state.find_image(reference);
    if (image == nullptr) {
      return no_image(reference);
    }
    return image->details;
  });
}

Result<void> FakeEngine::pull_image(
    std::string_view reference, const std::function<void(const docker::PullProgress&)>& progress,
    std::stop_token stop) {
  const std::string full = with_tag(reference);
  TRY(enter(EngineCall::PullImage, full, "pull " + full));
  if (stop.stop_requested()) {
    return cancelled();
  }
  const bool there =
      state_.with([&](const FakeEngineState& state) { return state.registry.contains(full); });
  if (!there) {
    return no_image(full);
  }
  progress({"0123456789ab", "Pull complete"});
  state_.with([&](FakeEngineState& state) {
    if (state.find_image(full) == nullptr) {
      state.add_image(full, {});
    }
  });
  return {};
}

Result<void> FakeEngine::remove_image(const ImageId& id) {
  TRY(enter(EngineCall::RemoveImage, id.value, "remove_image " + id.value));
  return state_.with([&](FakeEngineState& state) -> Result<void> {
    for (const auto& container : state.containers) {
      if (container.details.image == id) {
        return Error{ErrorCode::Conflict, "the image is used by " + container.details.name, "", ""};
      }
    }
    state.images.remove_if([&](const FakeImage& image) { return image.details.id == id; });
    return {};
  });
}

Result<std::vector<ImageDetails>> FakeEngine::list_images(const Labels& labels) {
  TRY(enter(EngineCall::ListImages, ""));
  std::vector<ImageDetails> found;
  for (auto& image : images()) {
    if (has_labels(image.labels, labels)) {
      // GET /images/json does not know the ports.
      image.exposed_tcp_ports.clear();
      found.push_back(std::move(image));
    }
  }
  return found;
}

Result<ContainerId> FakeEngine::create_container(const ContainerSpec& spec) {
  TRY(enter(EngineCall::Create, spec.name, "create " + spec.name));
  Result<ContainerId> made = ContainerId{};
  change([&](FakeEngineState& state) { made = state.create(spec); });
  return made;
}

Result<void> FakeEngine::start_container(const ContainerId& id) {
  const auto name = name_of(id);
  TRY(enter(EngineCall::Start, name, "start " + name));
  Result<void> started;
  change([&](FakeEngineState& state) {
    FakeContainer* found = state.find(id.value);
    started = found != nullptr ? state.start(*found) : Result<void>(no_container(id.value));
  });
  return started;
}

Result<void> FakeEngine::stop_container(const ContainerId& id, seconds /*grace*/) {
  const auto name = name_of(id);
  TRY(enter(EngineCall::Stop, name, "stop " + name));
  change([&](FakeEngineState& state) {
    FakeContainer* found = state.find(id.value);
    if (found == nullptr || (found->details.state != RunState::Running &&
                             found->details.state != RunState::Restarting)) {
      return;
    }
    const auto policy = std::exchange(found->policy, RestartPolicy::No);
    state.end(*found, found->behaviour.ignores_sigterm ? 137 : 143);
    found->policy = policy;
    state.emit("stop", *found);
  });
  return {};
}

Result<void> FakeEngine::remove_container(const ContainerId& id) {
  const auto name = name_of(id);
  TRY(enter(EngineCall::Remove, name, "remove " + name));
  change([&](FakeEngineState& state) {
    if (const FakeContainer* found = state.find(id.value)) {
      state.remove(ContainerId(found->details.id));
    }
  });
  return {};
}

Result<void> FakeEngine::rename_container(const ContainerId& id, std::string_view name) {
  const auto old = name_of(id);
  TRY(enter(EngineCall::Rename, old, fmt::format("rename {} {}", old, name)));
  Result<void> renamed;
  change([&](FakeEngineState& state) {
    FakeContainer* found = state.find(id.value);
    if (found == nullptr) {
      renamed = no_container(id.value);
    } else if (state.find(name) != nullptr) {
      renamed = Error{ErrorCode::AlreadyExists,
                      fmt::format("the container name {} is already in use", name), "", ""};
    } else {
      found->details.name = name;
      state.emit("rename", *found);
    }
  });
  return renamed;
}

Result<void> FakeEngine::set_restart_policy(const ContainerId& id, RestartPolicy policy) {
  const auto name = name_of(id);
  TRY(enter(EngineCall::SetRestartPolicy, name,
            fmt::format("restart_policy {} {}", name,
                        policy == RestartPolicy::No ? "no" : "unless-stopped")));
  return state_.with([&](FakeEngineState& state) -> Result<void> {
    FakeContainer* found = state.find(id.value);
    if (found == nullptr) {
      return no_container(id.value);
    }
    found->policy = policy;
    return {};
  });
}

Result<ContainerDetails> FakeEngine::inspect_container(const ContainerId& id) {
  TRY(enter(EngineCall::Inspect, name_of(id)));
  Result<ContainerDetails> details = no_container(id.value);
  change([&](FakeEngineState& state) {
    FakeContainer* found = state.find(id.value);
    if (found == nullptr) {
      return;
    }
    details = found->details;
    const bool running = found->details.state == RunState::Running;
    if (running && found->behaviour.exit_code && --found->inspections_left <= 0) {
      state.end(*found, *found->behaviour.exit_code);
    }
  });
  return details;
}

Result<std::vector<ContainerDetails>> FakeEngine::list_containers(const Labels& labels) {
  TRY(enter(EngineCall::List, ""));
  std::vector<ContainerDetails> found;
  for (const auto& details : containers()) {
    if (has_labels(details.labels, labels)) {
      found.push_back(as_listed(details));
    }
  }
  return found;
}

Result<void> FakeEngine::logs(const ContainerId& id, const docker::LogOptions& options,
                              const docker::LogSink& sink, std::stop_token stop) {
  TRY(enter(EngineCall::Logs, name_of(id)));
  std::optional<std::size_t> next;
  for (;;) {
    std::vector<LogLine> batch;
    bool more = true;
    TRY(state_.wait_until(
        in(kForever), stop,
        [&](FakeEngineState& state) {
          const FakeContainer* found = state.find(id.value);
          return state.down || found == nullptr || !next || *next < found->log.size() ||
                 found->details.state != RunState::Running;
        },
        [&](FakeEngineState& state) -> Result<void> {
          const FakeContainer* found = state.find(id.value);
          if (stop.stop_requested()) {
            return cancelled();
          }
          if (state.down) {
            return engine_down();
          }
          if (found == nullptr) {
            more = false;
            return next ? Result<void>() : Result<void>(no_container(id.value));
          }
          const auto from = next.value_or(first_line(found->log, options));
          batch.assign(found->log.begin() + static_cast<std::ptrdiff_t>(from), found->log.end());
          next = found->log.size();
          more = options.follow && found->details.state == RunState::Running;
          return {};
        }));
    for (const auto& line : batch) {
      if (!sink(line)) {
        return {};
      }
    }
    if (!more) {
      return {};
    }
  }
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
    TRY(state_.wait_until(
        in(kForever), stop,
        [&](const FakeEngineState& state) { return state.down || next < state.events.size(); },
        [&](const FakeEngineState& state) -> Result<void> {
          if (stop.stop_requested()) {
            return cancelled();
          }
          if (state.down) {
            return engine_down();
          }
          batch.assign(state.events.begin() + static_cast<std::ptrdiff_t>(next),
                       state.events.end());
          next = state.events.size();
          return {};
        }));
    for (const auto& event : batch) {
      if (has_labels(event.labels, labels) && !sink(event)) {
        return {};
      }
    }
  }
}

Result<long long> FakeEngine::prune_build_cache(long long /*keep_bytes*/) {
  TRY(enter(EngineCall::Prune, "", "prune"));
  return 0LL;
}

Result<std::string> FakeEngine::data_root() {
  TRY(enter(EngineCall::DataRoot, ""));
  return std::string("/");
}

}  // namespace minpaas::test
