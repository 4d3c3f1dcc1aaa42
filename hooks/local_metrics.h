#pragma once

#include "core/docker/engine.h"
#include "core/state/metric_store.h"
#include "hooks/metrics.h"

namespace minpaas::hooks {

class LocalMetrics : public Metrics {
 public:
  LocalMetrics(state::MetricStore& store, docker::Engine& engine, std::string instance)
      : store_(store), engine_(engine), instance_(std::move(instance)) {}

  Result<std::vector<Metric>> collect(const Actor& actor) override;

 private:
  std::vector<Metric> of_containers();

  state::MetricStore& store_;
  docker::Engine& engine_;
  std::string instance_;
};

}  // namespace minpaas::hooks
