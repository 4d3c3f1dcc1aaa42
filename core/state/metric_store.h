#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/state/database.h"

namespace minpaas::state {

struct Durations {
  /// They are counted up to each of these.
  static constexpr std::array<int, 8> kSteps{1, 3, 10, 30, 60, 120, 300, 900};

  std::int64_t count = 0;
  std::chrono::microseconds sum{0};
  /// How many took at most so many seconds.
  std::array<std::int64_t, kSteps.size()> within{};
};

/// Ended deploys of one kind with one result, those of apps that are gone left out.
struct DeployTotals {
  std::string kind;
  std::string result;
  Durations took;
};

struct DeployNumbers {
  std::vector<DeployTotals> ended;
  /// Of images alone, without what came before and after.
  Durations builds;
  std::int64_t waiting = 0;
  std::int64_t at_work = 0;
};

/// Numbers about rows that other stores own. Thread: any.
class MetricStore {
 public:
  explicit MetricStore(Database& database) : database_(database) {}

  Result<DeployNumbers> deploys();

 private:
  Database& database_;
};

}  // namespace minpaas::state
