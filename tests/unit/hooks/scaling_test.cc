#include "hooks/pipeline/scaling.h"

#include <gtest/gtest.h>

#include "tests/support/releases.h"

namespace minpaas::hooks {
namespace {

class CarriedOver : public testing::Test {
 protected:
  CarriedOver() { live_.formation = {{web_, 1}, {worker_, 0}}; }

  ProcessType web_ = ProcessType::web();
  ProcessType worker_ = *ProcessType::parse("worker");
  Release live_ = test::make_release("blog", 1, ImageId{"sha256:a"});
};

TEST_F(CarriedOver, TakesTheNewManifestWhereNobodyHasScaled) {
  const Formation planned{{web_, 3}, {worker_, 2}};
  EXPECT_EQ(carried_over(planned, live_), planned);
  live_.formation = live_.manifest.formation = {{web_, 5}, {worker_, 4}};
  EXPECT_EQ(carried_over(planned, live_), planned);
}

TEST_F(CarriedOver, KeepsWhatSomebodyHasScaled) {
  live_.formation = {{web_, 2}, {worker_, 0}};
  live_.manifest.formation = {{worker_, 4}};
  const Formation planned{{web_, 3}, {worker_, 2}};
  EXPECT_EQ(carried_over(planned, live_), (Formation{{web_, 2}, {worker_, 0}}));
}

TEST_F(CarriedOver, HasTheProcessTypesOfThePushAlone) {
  live_.formation = {{web_, 1}, {worker_, 7}};
  const ProcessType clock = *ProcessType::parse("clock");
  EXPECT_EQ(carried_over({{web_, 1}, {clock, 1}}, live_), (Formation{{web_, 1}, {clock, 1}}));
}

}  // namespace
}  // namespace minpaas::hooks
