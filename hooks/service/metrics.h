#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/app/actor.h"
#include "core/base/result.h"

namespace minpaas::hooks {

struct Sample {
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
  /// Behind the metric's name: `_bucket`, `_sum`, `_count` of a histogram.
  std::string suffix = {};
};

/// Samples of one name, as Prometheus has them.
struct Metric {
  enum class Kind { Counter, Gauge, Histogram };
  std::string name;
  std::string help;
  Kind kind = Kind::Gauge;
  std::vector<Sample> samples;
};

/// Numbers about the server. Thread: any.
class Metrics {
 public:
  virtual ~Metrics() = default;
  /// For administrators. Errors: PermissionDenied, Unavailable.
  virtual Result<std::vector<Metric>> collect(const Actor& actor) = 0;
};

}  // namespace minpaas::hooks
