#include <algorithm>

#include "tests/support/fake_engine.h"

// Networks and volumes: their names and labels; what is in them is nowhere.
namespace minpaas::test {

Result<docker::Addresses> FakeEngine::ensure_network(const std::string& name,
                                                     const docker::Labels&) {
  TRY(enter(EngineCall::EnsureNetwork, name));
  return state_.with([&](FakeEngineState& state) {
    state.networks.insert(name);
    return state.addresses;
  });
}

Result<void> FakeEngine::create_volume(const std::string& name, const docker::Labels& labels) {
  TRY(enter(EngineCall::CreateVolume, name, "make_volume " + name));
  state_.with([&](FakeEngineState& state) { state.volumes.try_emplace(name, labels); });
  return {};
}

Result<void> FakeEngine::remove_volume(const std::string& name) {
  TRY(enter(EngineCall::RemoveVolume, name, "remove_volume " + name));
  return state_.with([&](FakeEngineState& state) -> Result<void> {
    const bool is_used = std::ranges::any_of(state.containers, [&](const FakeContainer& container) {
      return std::ranges::any_of(container.spec.mounts, [&](const docker::VolumeMount& mount) {
        return mount.volume == name;
      });
    });
    if (is_used) {
      return Error{ErrorCode::Conflict, "remove " + name + ": volume is in use", "", ""};
    }
    state.volumes.erase(name);
    return {};
  });
}

Result<std::vector<docker::VolumeDetails>> FakeEngine::list_volumes(const docker::Labels& labels) {
  TRY(enter(EngineCall::ListVolumes, ""));
  return state_.with([&](const FakeEngineState& state) {
    std::vector<docker::VolumeDetails> found;
    for (const auto& [name, has] : state.volumes) {
      if (has_labels(has, labels)) {
        found.push_back({name, has});
      }
    }
    return found;
  });
}

Result<void> FakeEngine::put_archive(const docker::ContainerId& id, std::string_view /*tar*/) {
  const std::string name = name_of(id);
  TRY(enter(EngineCall::PutArchive, name, "put " + name));
  return state_.with([&](FakeEngineState& state) -> Result<void> {
    return state.find(id.value) != nullptr ? Result<void>() : no_container(id.value);
  });
}

}  // namespace minpaas::test
