#include "tests/support/fake_engine.h"

#include <fmt/format.h>

#include <algorithm>

namespace minpaas::test {

using docker::ContainerDetails;
using docker::ContainerId;
using docker::ContainerSpec;
using docker::ImageDetails;
using docker::Labels;
using docker::RestartPolicy;
using docker::RunState;

namespace {

const RealClock kRealClock;

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

}  // namespace

FakeEngine::FakeEngine() : FakeEngine(kRealClock) {}

FakeEngine::FakeEngine(const Clock& clock) {
  state_.with([&](FakeEngineState& state) {
    state.clock = &clock;
    state.launch = [this](const ContainerId& id, std::shared_ptr<FakeProgram> program,
                          const FakeBehaviour& behaviour) {
      launch_container(id, std::move(program), behaviour);
    };
  });
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

Result<void> FakeEngine::stop_container(const ContainerId& id, seconds /*grace*/,
                                        std::stop_token stop) {
  const auto name = name_of(id);
  TRY(enter(EngineCall::Stop, name, "stop " + name));
  if (stop.stop_requested()) {
    return cancelled();
  }
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

Result<void> FakeEngine::update_limits(const ContainerId& id, const Limits& limits) {
  const auto name = name_of(id);
  TRY(enter(EngineCall::UpdateLimits, name, "limit " + name));
  return state_.with([&](FakeEngineState& state) -> Result<void> {
    FakeContainer* found = state.find(id.value);
    if (found == nullptr) {
      return no_container(id.value);
    }
    TRY(check_limits(limits));
    if (found->details.state == RunState::Running &&
        found->behaviour.uses_memory_bytes > limits.memory_bytes) {
      return Error{ErrorCode::Conflict, "it uses more memory than that", "", ""};
    }
    found->details.limits = limits;
    return {};
  });
}

Result<docker::EngineCapacity> FakeEngine::capacity() {
  TRY(enter(EngineCall::DataRoot, ""));
  return kFakeCapacity;
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

Result<long long> FakeEngine::prune_build_cache(long long /*keep_bytes*/) {
  TRY(enter(EngineCall::Prune, "", "prune"));
  return 0LL;
}

Result<std::string> FakeEngine::data_root() {
  TRY(enter(EngineCall::DataRoot, ""));
  return std::string("/");
}

}  // namespace minpaas::test
