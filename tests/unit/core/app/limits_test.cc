#include "core/app/limits.h"

#include <gmock/gmock.h>

#include "core/base/text.h"

namespace minpaas {
namespace {

using testing::HasSubstr;

constexpr Limits kDefaults{.memory_bytes = 512LL << 20, .cpus = 1, .pids = 512};
constexpr LimitRange kMachine{.most_memory_bytes = 4LL << 30, .most_cpus = 2};

Result<LimitChange> parse(std::string_view words) {
  const auto parts = words.empty() ? std::vector<std::string_view>() : split(words, ' ');
  return LimitChange::parse(parts);
}

TEST(Limits, OfATypeComeFromTheTypeThenTheAppThenTheDefaults) {
  const ProcessType worker = *ProcessType::parse("worker");
  const AppLimits limits{.all = {.memory_bytes = 1 << 30, .cpus = 0.5},
                         .types = {{worker, {.cpus = 2}}}};
  EXPECT_EQ(limits.of(ProcessType::web(), kDefaults), (Limits{1 << 30, 0.5, 512}));
  EXPECT_EQ(limits.of(worker, kDefaults), (Limits{1 << 30, 2, 512}));
}

TEST(Limits, AreChangedOneByOneAndTakenBack) {
  const auto set = parse("memory=256m cpus=0.5 pids=100")->apply({});
  EXPECT_EQ(set, (LimitChoices{256LL << 20, 0.5, 100}));
  EXPECT_EQ(parse("memory=")->apply(set), (LimitChoices{std::nullopt, 0.5, 100}));
  EXPECT_EQ(parse("cpus=1.25")->apply(set), (LimitChoices{256LL << 20, 1.25, 100}));
}

TEST(Limits, RefuseNonsenseInOneLine) {
  for (const char* words :
       {"", "memory", "memory=lots", "memory=-5m", "cpus=half", "cpus=nan", "cpus=1e3", "cpus=0x1",
        "pids=0", "pids=1.5", "disk=5g", "memory=1g memory=2g", "=1", "pids=99999999"}) {
    const auto change = parse(words);
    ASSERT_FALSE(change) << words;
    EXPECT_EQ(change.error().code, ErrorCode::InvalidInput) << words;
    EXPECT_THAT(change.error().hint, HasSubstr("memory=256m")) << words;
  }
}

TEST(Limits, RefuseWhatTheEngineWouldRefuse) {
  for (const char* words : {"memory=5m", "memory=0", "memory=5g", "cpus=0", "cpus=3", "cpus=-1"}) {
    const auto checked = kMachine.check(parse(words)->apply({}));
    ASSERT_FALSE(checked) << words;
    EXPECT_EQ(checked.error().code, ErrorCode::InvalidInput) << words;
  }
  EXPECT_TRUE(kMachine.check(parse("memory=6m cpus=2 pids=1")->apply({})));
  EXPECT_THAT(kMachine.check({.memory_bytes = 1 << 20}).error().message,
              HasSubstr("no limit below 6m"));
}

TEST(Limits, AreWrittenAsTheyAreSet) {
  EXPECT_EQ(format_memory(256LL << 20), "256m");
  EXPECT_EQ(format_memory(2LL << 30), "2g");
  EXPECT_EQ(format_memory(1500), "1500");
  EXPECT_EQ(format_cpus(0.5), "0.5");
  EXPECT_EQ(format_cpus(2), "2");
}

}  // namespace
}  // namespace minpaas
