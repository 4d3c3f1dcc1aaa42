#pragma once

#include <functional>

#include "core/docker/engine.h"
#include "core/state/metric_store.h"
#include "hooks/containers/container_usage.h"
#include "hooks/service/metrics.h"

namespace minpaas::hooks {

class LocalMetrics : public Metrics {
 public:
  /// Numbers that another part counts.
  using Source = std::function<std::vector<Metric>()>;

  struct Hands {
    /// How often the container's process was started again; absent: nobody has counted.
    std::function<int(const docker::ContainerId&)> restarts = {};
    std::function<std::optional<ContainerUsage>(const docker::ContainerId&)> usage = {};
    /// docker::kLabelApp -> name of the app.
    std::function<std::map<std::string, std::string>()> names = {};
  };

  LocalMetrics(state::MetricStore& store, docker::Engine& engine, std::string instance, Hands hands)
      : store_(store), engine_(engine), instance_(std::move(instance)), hands_(std::move(hands)) {}

  /// Before anyone collects.
  void add(Source source) { sources_.push_back(std::move(source)); }

  Result<std::vector<Metric>> collect(const Actor& actor) override;

 private:
  std::vector<Metric> of_containers();
  std::vector<Metric> of_processes(const std::vector<docker::ContainerDetails>& containers);
  void name_apps(std::vector<docker::ContainerDetails>& containers) const;

  state::MetricStore& store_;
  docker::Engine& engine_;
  std::string instance_;
  Hands hands_;
  std::vector<Source> sources_;
};

}  // namespace minpaas::hooks
