#include "tests/contract/engine_contract.h"

#include <fmt/format.h>

#include <thread>

#include "tests/support/needs.h"

namespace minpaas::test {

void EngineContract::SetUp() {
  bed = make_bed(GetParam());
  MINPAAS_NEEDS(bed, std::string("a Docker Engine with ") + kBase);
  labels = {{kLabelTest, bed->tag()}};
}

docker::ContainerSpec EngineContract::spec_of(std::string_view name, std::string_view command) {
  docker::ContainerSpec spec;
  spec.name = fmt::format("minpaas-{}-{}", bed->tag(), name);
  spec.image = engine().inspect_image(kBase)->id;
  spec.command = command;
  spec.labels = labels;
  return spec;
}

docker::ContainerId EngineContract::create(std::string_view name, std::string_view command) {
  auto made = engine().create_container(spec_of(name, command));
  EXPECT_TRUE(made) << made.error().for_log();
  return made ? *made : docker::ContainerId{};
}

docker::ContainerId EngineContract::run(std::string_view name, std::string_view command) {
  const auto id = create(name, command);
  const auto started = engine().start_container(id);
  EXPECT_TRUE(started) << started.error().for_log();
  return id;
}

docker::ContainerDetails EngineContract::wait_for(const docker::ContainerId& id,
                                                  docker::RunState state) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(30);
  for (;;) {
    auto details = engine().inspect_container(id);
    EXPECT_TRUE(details);
    if (!details || details->state == state || std::chrono::steady_clock::now() > deadline) {
      return details ? *details : docker::ContainerDetails{};
    }
    std::this_thread::sleep_for(milliseconds(20));
  }
}

std::string kind_name(const testing::TestParamInfo<BedKind>& info) {
  return info.param == BedKind::Fake             ? "Fake"
         : info.param == BedKind::FakeOverSocket ? "Socket"
                                                 : "Real";
}

}  // namespace minpaas::test
