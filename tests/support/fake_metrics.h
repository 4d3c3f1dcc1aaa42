#pragma once

#include "hooks/service/metrics.h"

namespace minpaas::test {

/// One number, for administrators.
class FakeMetrics : public hooks::Metrics {
 public:
  Result<std::vector<hooks::Metric>> collect(const Actor& actor) override {
    if (actor.role != Role::Admin) {
      return Error{ErrorCode::PermissionDenied, "only an administrator may do this", "", ""};
    }
    return std::vector<hooks::Metric>{
        {"minpaas_engine_up", "Whether it is.", hooks::Metric::Kind::Gauge, {{{}, 1}}}};
  }
};

}  // namespace minpaas::test
