#include "hooks/local_metrics.h"

#include <map>

#include "core/base/log.h"
#include "hooks/app_access.h"
#include "hooks/ownership.h"

namespace minpaas::hooks {
namespace {

double in_seconds(std::chrono::microseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::vector<Metric> of_deploys(const state::DeployNumbers& numbers) {
  Metric count{"minpaas_deploys_total",
               "Deploys that have ended, by kind and result.",
               Metric::Kind::Counter,
               {}};
  Metric took{"minpaas_deploy_seconds_total",
              "Time from the request of these deploys to their end.",
              Metric::Kind::Counter,
              {}};
  for (const auto& total : numbers.ended) {
    const std::vector<std::pair<std::string, std::string>> labels{{"kind", total.kind},
                                                                  {"result", total.result}};
    count.samples.push_back({labels, static_cast<double>(total.count)});
    took.samples.push_back({labels, in_seconds(total.took)});
  }
  return {count,
          took,
          {"minpaas_deploys_waiting",
           "Deploys that wait for their turn.",
           Metric::Kind::Gauge,
           {{{}, static_cast<double>(numbers.waiting)}}},
          {"minpaas_deploys_running",
           "Deploys at work.",
           Metric::Kind::Gauge,
           {{{}, static_cast<double>(numbers.at_work)}}}};
}

}  // namespace

/// None while the engine is away; `minpaas_engine_up` says so.
std::vector<Metric> LocalMetrics::of_containers() {
  const auto containers =
      own_containers(engine_, instance_, {{std::string(docker::kLabelApp), ""}});
  std::vector<Metric> metrics{{"minpaas_engine_up",
                               "Whether the Docker Engine answers.",
                               Metric::Kind::Gauge,
                               {{{}, containers ? 1.0 : 0.0}}}};
  if (!containers) {
    log::warn("metrics: {}", containers.error().for_log());
    return metrics;
  }
  std::map<std::string, int> running;
  for (const auto& container : *containers) {
    const auto app = container.labels.find(std::string(docker::kLabelApp));
    if (app != container.labels.end()) {
      running[app->second] += container.state == docker::RunState::Running ? 1 : 0;
    }
  }
  Metric up{"minpaas_containers_running", "Containers that run, by app.", Metric::Kind::Gauge, {}};
  for (const auto& [app, count] : running) {
    up.samples.push_back({{{"app", app}}, static_cast<double>(count)});
  }
  metrics.push_back(std::move(up));
  return metrics;
}

Result<std::vector<Metric>> LocalMetrics::collect(const Actor& actor) {
  TRY(require_admin(actor));
  auto metrics = of_deploys(TRY(store_.deploys()));
  const auto more = of_containers();
  metrics.insert(metrics.end(), more.begin(), more.end());
  return metrics;
}

}  // namespace minpaas::hooks
