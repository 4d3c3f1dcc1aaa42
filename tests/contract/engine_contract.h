#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/engine_bed.h"

/// What every docker::Engine promises (core/docker/engine.h), held by the fake that other tests
/// use, by DockerEngine over a socket, and by DockerEngine on a real Docker Engine.
namespace minpaas::test {

/// One engine and what a test does with it; all that it makes carries the test's label.
class EngineContract : public testing::TestWithParam<BedKind> {
 protected:
  void SetUp() override;

  docker::Engine& engine() { return bed->engine(); }

  docker::ContainerSpec spec_of(std::string_view name, std::string_view command);
  docker::ContainerId create(std::string_view name, std::string_view command);
  docker::ContainerId run(std::string_view name, std::string_view command);
  /// Inspects until the state is reached, half a minute at most.
  docker::ContainerDetails wait_for(const docker::ContainerId& id, docker::RunState state);

  std::unique_ptr<EngineBed> bed;
  docker::Labels labels;
};

std::string kind_name(const testing::TestParamInfo<BedKind>& info);

}  // namespace minpaas::test

/// Holds a suite against every engine.
#define MINPAAS_ON_EVERY_ENGINE(suite) \
  INSTANTIATE_TEST_SUITE_P(            \
      Engines, suite,                  \
      testing::Values(BedKind::Fake, BedKind::FakeOverSocket, BedKind::RealEngine), kind_name)
