// What an engine promises of containers: their states, names, labels, ports.
#include <thread>

#include "tests/contract/engine_contract.h"

namespace minpaas::test {
namespace {

using docker::ContainerId;
using docker::ContainerSpec;
using docker::RestartPolicy;
using docker::RunState;
using testing::HasSubstr;

using ContainerContract = EngineContract;

TEST_P(ContainerContract, TellsItsVersion) {
  const auto version = engine().version();
  ASSERT_TRUE(version);
  EXPECT_FALSE(version->version.empty());
  EXPECT_THAT(version->api, HasSubstr("1."));
  EXPECT_EQ(version->default_builder, docker::Builder::BuildKit);
  EXPECT_THAT(*engine().data_root(), testing::StartsWith("/"));
}

TEST_P(ContainerContract, ContainerLivesThroughItsStates) {
  const auto id = create("web", kSleeps);
  auto details = *engine().inspect_container(id);
  EXPECT_EQ(details.state, RunState::Created);
  EXPECT_EQ(details.pid, 0);
  EXPECT_EQ(details.address, "");
  EXPECT_FALSE(details.started_at);
  EXPECT_EQ(details.name, spec_of("web", "").name);
  EXPECT_EQ(details.image, spec_of("web", "").image);

  ASSERT_TRUE(engine().start_container(id));
  details = *engine().inspect_container(id);
  EXPECT_EQ(details.state, RunState::Running);
  EXPECT_GT(details.pid, 0);
  EXPECT_NE(details.address, "");
  EXPECT_TRUE(details.started_at);
  EXPECT_FALSE(details.finished_at);

  ASSERT_TRUE(engine().stop_container(id, seconds(5)));
  details = *engine().inspect_container(id);
  EXPECT_EQ(details.state, RunState::Exited);
  EXPECT_EQ(details.exit_code, 143) << "SIGTERM reaches the program: it has an init";
  EXPECT_EQ(details.pid, 0);
  EXPECT_EQ(details.address, "");
  EXPECT_TRUE(details.finished_at);

  ASSERT_TRUE(engine().remove_container(id));
  EXPECT_EQ(engine().inspect_container(id).error().code, ErrorCode::NotFound);
}

TEST_P(ContainerContract, ChangesThatAreDoneAlreadyAreSuccesses) {
  const auto id = run("web", kSleeps);
  EXPECT_TRUE(engine().start_container(id));
  EXPECT_TRUE(engine().stop_container(id, seconds(5)));
  EXPECT_TRUE(engine().stop_container(id, seconds(5)));
  EXPECT_TRUE(engine().remove_container(id));
  EXPECT_TRUE(engine().remove_container(id));
  EXPECT_TRUE(engine().stop_container(id, seconds(5)));
  EXPECT_TRUE(engine().remove_image({"sha256:" + std::string(64, '0')}));
}

TEST_P(ContainerContract, RunningContainerCanBeRemoved) {
  const auto id = run("web", kSleeps);
  EXPECT_TRUE(engine().remove_container(id));
  EXPECT_EQ(engine().inspect_container(id).error().code, ErrorCode::NotFound);
}

TEST_P(ContainerContract, ProgramThatIgnoresSigtermIsKilled) {
  const auto id = run("stubborn", kIgnoresSigterm);
  EXPECT_TRUE(engine().stop_container(id, seconds(1)));
  EXPECT_EQ(engine().inspect_container(id)->exit_code, 137);
}

TEST_P(ContainerContract, MissingThingsAreNotFound) {
  const ContainerId nobody{"minpaas-nobody"};
  EXPECT_EQ(engine().start_container(nobody).error().code, ErrorCode::NotFound);
  EXPECT_EQ(engine().inspect_container(nobody).error().code, ErrorCode::NotFound);
  EXPECT_EQ(engine().set_restart_policy(nobody, RestartPolicy::No).error().code,
            ErrorCode::NotFound);
  EXPECT_EQ(engine().inspect_image("localhost/minpaas/none:x").error().code, ErrorCode::NotFound);
  const auto logs = engine().logs(nobody, {}, [](const auto&) { return true; }, {});
  EXPECT_EQ(logs.error().code, ErrorCode::NotFound);
  ContainerSpec spec = spec_of("web", kSleeps);
  spec.image = {"localhost/minpaas/none:x"};
  EXPECT_EQ(engine().create_container(spec).error().code, ErrorCode::NotFound);
}

TEST_P(ContainerContract, NamesAreUnique) {
  create("a", kSleeps);
  EXPECT_EQ(engine().create_container(spec_of("a", kSleeps)).error().code,
            ErrorCode::AlreadyExists);
}

TEST_P(ContainerContract, ListsByAllLabels) {
  auto spec = spec_of("a", kSleeps);
  spec.labels["minpaas.process"] = "web";
  const auto web = *engine().create_container(spec);
  spec = spec_of("b", kEndsWithThree);
  spec.labels["minpaas.process"] = "worker";
  const auto worker = *engine().create_container(spec);
  EXPECT_EQ(engine().list_containers(labels)->size(), 2U) << "those that do not run too";

  auto wanted = labels;
  wanted["minpaas.process"] = "web";
  const auto found = *engine().list_containers(wanted);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].id, web);
  EXPECT_EQ(found[0].name, spec_of("a", "").name);
  EXPECT_EQ(found[0].image, spec.image);
  EXPECT_EQ(found[0].labels.at("minpaas.process"), "web");
  EXPECT_EQ(found[0].state, RunState::Created);
  wanted["minpaas.process"] = "";
  EXPECT_EQ(engine().list_containers(wanted)->size(), 2U) << "an empty value matches any";
}

TEST_P(ContainerContract, LimitsChangeWhileItRuns) {
  auto spec = spec_of("limited", kSleeps);
  const Limits before{.memory_bytes = 256LL << 20, .cpus = 1, .pids = 200};
  const Limits less{.memory_bytes = 64LL << 20, .cpus = 0.25, .pids = 50};
  spec.memory_bytes = before.memory_bytes;
  spec.cpus = before.cpus;
  spec.pids = before.pids;
  const auto id = *engine().create_container(spec);
  EXPECT_EQ(engine().inspect_container(id)->limits, before);
  ASSERT_TRUE(engine().start_container(id));
  for (const Limits& limits : {less, before}) {
    const auto updated = engine().update_limits(id, limits);
    EXPECT_TRUE(updated) << updated.error().for_log();
    EXPECT_EQ(engine().inspect_container(id)->limits, limits);
  }
  const Limits little{.memory_bytes = 5LL << 20, .cpus = 1, .pids = 200};
  EXPECT_EQ(engine().update_limits(id, little).error().code, ErrorCode::InvalidInput);
  EXPECT_EQ(engine().inspect_container(id)->limits, before);
  EXPECT_EQ(engine().update_limits(ContainerId{"minpaas-nobody"}, less).error().code,
            ErrorCode::NotFound);
}

TEST_P(ContainerContract, TellsWhatItsMachineHas) {
  const auto capacity = engine().capacity();
  ASSERT_TRUE(capacity);
  EXPECT_GT(capacity->memory_bytes, 100LL << 20);
  EXPECT_GE(capacity->cpus, 1);
}

TEST_P(ContainerContract, NetworkIsMadeOnceAndHasAddresses) {
  const docker::Labels apps{{std::string(docker::kLabelNetwork), "apps"}};
  ASSERT_TRUE(engine().ensure_network("minpaas", apps));
  ASSERT_TRUE(engine().ensure_network("minpaas", apps));
  auto spec = spec_of("member", kSleeps);
  spec.network = "minpaas";
  const auto id = *engine().create_container(spec);
  ASSERT_TRUE(engine().start_container(id));
  EXPECT_NE(engine().inspect_container(id)->address, "");
  spec.name = spec_of("stranger", "").name;
  spec.network = "minpaas-nowhere";
  const auto stranger = engine().create_container(spec);
  // Newer engines look for the network already here.
  if (stranger) {
    EXPECT_EQ(engine().start_container(*stranger).error().code, ErrorCode::NotFound);
  }
}

TEST_P(ContainerContract, AnAddressInANetworkStaysWithItsContainer) {
  const auto addresses = engine().ensure_network("minpaas", {});
  ASSERT_TRUE(addresses);
  EXPECT_EQ(*addresses, docker::Addresses::Kept);
  const auto start = [&](std::string_view name) {
    auto spec = spec_of(name, kSleeps);
    spec.network = "minpaas";
    const auto id = *engine().create_container(spec);
    EXPECT_TRUE(engine().start_container(id));
    return id;
  };
  const auto address_of = [&](const docker::ContainerId& id) {
    return engine().inspect_container(id)->address;
  };
  const auto first = start("first");
  const std::string address = address_of(first);
  ASSERT_TRUE(engine().stop_container(first, seconds(0)));
  for (const char* name : {"second", "third"}) {
    EXPECT_NE(address_of(start(name)), address);
  }
  ASSERT_TRUE(engine().start_container(first));
  EXPECT_EQ(address_of(first), address);
}

TEST_P(ContainerContract, VolumesOutliveTheirContainers) {
  const std::string volume = spec_of("volume", "").name;
  ASSERT_TRUE(engine().create_volume(volume, labels));
  EXPECT_TRUE(engine().create_volume(volume, labels));
  auto spec = spec_of("keeper", kSleeps);
  spec.mounts = {{volume, "/data"}};
  const auto id = *engine().create_container(spec);
  // The end of a tar with nothing in it.
  EXPECT_TRUE(engine().put_archive(id, std::string(1024, '\0')));
  EXPECT_EQ(engine().remove_volume(volume).error().code, ErrorCode::Conflict);
  ASSERT_TRUE(engine().remove_container(id));
  const auto found = engine().list_volumes(labels);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().name, volume);
  EXPECT_EQ(found->front().labels, labels);
  EXPECT_TRUE(engine().remove_volume(volume));
  EXPECT_TRUE(engine().remove_volume(volume)) << "done already";
  EXPECT_TRUE(engine().list_volumes(labels)->empty());
  EXPECT_EQ(engine().put_archive(id, "").error().code, ErrorCode::NotFound);
}

TEST_P(ContainerContract, HostPortHasOneOwner) {
  auto spec = spec_of("a", kSleeps);
  spec.internal_port = 8080;
  // Free on the machine: below the range that the kernel gives to clients, above what is usual.
  spec.host_port = 20'000 + static_cast<int>(std::hash<std::string>()(bed->tag()) % 10'000);
  spec.host_address = "127.0.0.1";
  const auto first = *engine().create_container(spec);
  spec.name = spec_of("b", "").name;
  const auto second = *engine().create_container(spec);
  ASSERT_TRUE(engine().start_container(first));
  EXPECT_EQ(engine().start_container(second).error().code, ErrorCode::Conflict);
  ASSERT_TRUE(engine().stop_container(first, seconds(5)));
  EXPECT_TRUE(engine().start_container(second)) << "as soon as the first is stopped";
}

TEST_P(ContainerContract, PolicyRestartsUntilStopped) {
  const auto id = create("crashing", kEndsWithThree);
  ASSERT_TRUE(engine().set_restart_policy(id, RestartPolicy::UnlessStopped));
  ASSERT_TRUE(engine().start_container(id));
  const auto deadline = std::chrono::steady_clock::now() + seconds(30);
  while (engine().inspect_container(id)->restart_count == 0 &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_GE(engine().inspect_container(id)->restart_count, 1);
  ASSERT_TRUE(engine().stop_container(id, seconds(5)));
  EXPECT_EQ(wait_for(id, RunState::Exited).state, RunState::Exited);
}

MINPAAS_ON_EVERY_ENGINE(ContainerContract);

}  // namespace
}  // namespace minpaas::test
