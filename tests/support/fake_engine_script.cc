// The test's side of FakeEngine: what is there, what happens next, what has happened.

#include "tests/support/fake_engine.h"

namespace minpaas::test {

using docker::ContainerDetails;
using docker::ContainerId;
using docker::ContainerSpec;
using docker::RunState;

ImageId FakeEngine::add_image(std::string_view reference, FakeBehaviour behaviour,
                              docker::Labels labels) {
  return state_.with([&](FakeEngineState& state) {
    FakeImage& image = state.add_image(reference, std::move(labels));
    image.behaviour = std::move(behaviour);
    return image.details.id;
  });
}

void FakeEngine::add_to_registry(std::string_view reference) {
  state_.with([&](FakeEngineState& state) { state.registry.insert(with_tag(reference)); });
}

void FakeEngine::occupy_port(int port) {
  state_.with([&](FakeEngineState& state) { state.occupied_ports.insert(port); });
}

void FakeEngine::choose_addresses() {
  state_.with([](FakeEngineState& state) { state.addresses = docker::Addresses::Shifting; });
}

void FakeEngine::free_port(int port) {
  state_.with([&](FakeEngineState& state) { state.occupied_ports.erase(port); });
}

void FakeEngine::behave(const ImageId& image, FakeBehaviour behaviour) {
  state_.with([&](FakeEngineState& state) {
    if (FakeImage* found = state.find_image(image.value)) {
      found->behaviour = std::move(behaviour);
    }
  });
}

void FakeEngine::behave(const ImageId& image, std::string_view command_part,
                        FakeBehaviour behaviour) {
  state_.with([&](FakeEngineState& state) {
    if (FakeImage* found = state.find_image(image.value)) {
      found->by_command.insert(found->by_command.begin(),
                               {std::string(command_part), std::move(behaviour)});
    }
  });
}

void FakeEngine::next_build(FakeBuild build) {
  state_.with([&](FakeEngineState& state) { state.scripts.push_back(std::move(build)); });
}

void FakeEngine::next_build_fails(std::string_view message) {
  FakeBuild build;
  build.error = Error{ErrorCode::Failed, std::string(message), "", ""};
  next_build(std::move(build));
}

void FakeEngine::hold_builds() {
  state_.update([](FakeEngineState& state) { state.holding_builds = true; });
}

void FakeEngine::release_builds() {
  state_.update([](FakeEngineState& state) { state.holding_builds = false; });
}

bool FakeEngine::wait_for_builds(int count) {
  const auto enough = [&](const FakeEngineState& state) { return state.running_builds >= count; };
  return state_.wait_until(std::chrono::steady_clock::now() + seconds(30), {}, enough, enough);
}

void FakeEngine::fail_next(EngineCall call, Error error, int times) {
  state_.with([&](FakeEngineState& state) {
    for (int i = 0; i < times; ++i) {
      state.faults[call].push_back(error);
    }
  });
}

void FakeEngine::before(EngineCall call, std::function<void(const std::string&)> run) {
  state_.with([&](FakeEngineState& state) { state.hooks[call] = std::move(run); });
}

void FakeEngine::when_running(
    std::function<void(const ContainerDetails&, const ContainerSpec&)> run) {
  state_.with([&](FakeEngineState& state) { state.when_running = std::move(run); });
}

void FakeEngine::when_ended(std::function<void(const ContainerDetails&)> run) {
  state_.with([&](FakeEngineState& state) { state.when_ended = std::move(run); });
}

void FakeEngine::end_container(const ContainerId& id, int exit_code) {
  change([&](FakeEngineState& state) {
    FakeContainer* found = state.find(id.value);
    if (found != nullptr && found->details.state != RunState::Created &&
        found->details.state != RunState::Exited) {
      state.end(*found, exit_code);
    }
  });
}

void FakeEngine::kill_for_memory(const ContainerId& id) {
  change([&](FakeEngineState& state) {
    if (FakeContainer* found = state.find(id.value)) {
      found->behaviour.oom_killed = true;
      state.end(*found, 137);
    }
  });
}

void FakeEngine::print(const ContainerId& id, std::string_view line, docker::LogStream stream) {
  change([&](FakeEngineState& state) {
    if (FakeContainer* found = state.find(id.value)) {
      state.print(*found, line, stream);
    }
  });
}

void FakeEngine::go_down() {
  state_.update([](FakeEngineState& state) { state.down = true; });
}

void FakeEngine::come_up() {
  state_.update([](FakeEngineState& state) { state.down = false; });
}

void FakeEngine::lose_containers() {
  change([](FakeEngineState& state) {
    for (auto& container : state.containers) {
      if (container.details.state == RunState::Running) {
        const auto policy = std::exchange(container.policy, docker::RestartPolicy::No);
        state.end(container, 137);
        container.policy = policy;
      }
    }
  });
}

std::vector<std::string> FakeEngine::journal() const {
  return state_.with([](const FakeEngineState& state) { return state.journal; });
}

void FakeEngine::clear_journal() {
  state_.with([](FakeEngineState& state) { state.journal.clear(); });
}

int FakeEngine::calls(EngineCall call) const {
  return state_.with([&](const FakeEngineState& state) {
    const auto found = state.counts.find(call);
    return found != state.counts.end() ? found->second : 0;
  });
}

std::vector<ContainerDetails> FakeEngine::containers() const {
  return state_.with([](const FakeEngineState& state) {
    std::vector<ContainerDetails> all;
    for (const auto& container : state.containers) {
      all.push_back(container.details);
    }
    return all;
  });
}

std::optional<ContainerDetails> FakeEngine::container(std::string_view name) const {
  for (const auto& details : containers()) {
    if (details.name == name) {
      return details;
    }
  }
  return std::nullopt;
}

std::optional<ContainerSpec> FakeEngine::spec(std::string_view name) const {
  return state_.with([&](const FakeEngineState& state) -> std::optional<ContainerSpec> {
    for (const auto& container : state.containers) {
      if (container.details.name == name) {
        return container.spec;
      }
    }
    return std::nullopt;
  });
}

std::vector<docker::ImageDetails> FakeEngine::images() const {
  return state_.with([](const FakeEngineState& state) {
    std::vector<docker::ImageDetails> all;
    for (const auto& image : state.images) {
      all.push_back(image.details);
    }
    return all;
  });
}

std::vector<docker::BuildRequest> FakeEngine::builds() const {
  return state_.with([](const FakeEngineState& state) { return state.builds; });
}

std::vector<FakeExec> FakeEngine::execs() const {
  return state_.with([](const FakeEngineState& state) {
    return std::vector<FakeExec>(state.execs.begin(), state.execs.end());
  });
}

std::string FakeEngine::last_context() const {
  return state_.with([](const FakeEngineState& state) { return state.last_context; });
}

}  // namespace minpaas::test
