#include "hooks/platform/local_metrics.h"

#include <map>

#include "core/base/log.h"
#include "hooks/access/app_access.h"
#include "hooks/containers/ownership.h"

namespace minpaas::hooks {
namespace {

/// As `docker ps` shows them.
constexpr std::size_t kShownIdBytes = 12;

double in_seconds(std::chrono::microseconds time) {
  return std::chrono::duration<double>(time).count();
}

using Labels = std::vector<std::pair<std::string, std::string>>;

void add_histogram(Metric& metric, const Labels& labels, const state::Durations& durations) {
  const auto add_bucket = [&](std::string most, std::int64_t count) {
    Labels with_bound = labels;
    with_bound.emplace_back("le", std::move(most));
    metric.samples.push_back({with_bound, static_cast<double>(count), "_bucket"});
  };
  for (std::size_t step = 0; step < durations.within.size(); ++step) {
    add_bucket(std::to_string(state::Durations::kSteps[step]), durations.within[step]);
  }
  add_bucket("+Inf", durations.count);
  metric.samples.push_back({labels, in_seconds(durations.sum), "_sum"});
  metric.samples.push_back({labels, static_cast<double>(durations.count), "_count"});
}

std::vector<Metric> of_deploys(const state::DeployNumbers& numbers) {
  Metric count{"minpaas_deploys_total",
               "Deploys that have ended, by kind and result.",
               Metric::Kind::Counter,
               {}};
  Metric took{"minpaas_deploy_seconds",
              "Time from the request of these deploys to their end.",
              Metric::Kind::Histogram,
              {}};
  for (const auto& total : numbers.ended) {
    const Labels labels{{"kind", total.kind}, {"result", total.result}};
    count.samples.push_back({labels, static_cast<double>(total.took.count)});
    add_histogram(took, labels, total.took);
  }
  Metric built{"minpaas_build_seconds",
               "Time of building images, whether it succeeded or not.",
               Metric::Kind::Histogram,
               {}};
  add_histogram(built, {}, numbers.builds);
  return {count,
          took,
          built,
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

/// Puts the apps' names in place of the labels that they keep when they are renamed.
void LocalMetrics::name_apps(std::vector<docker::ContainerDetails>& containers) const {
  const auto names = hands_.names ? hands_.names() : std::map<std::string, std::string>();
  for (docker::ContainerDetails& container : containers) {
    std::string& label = container.labels[std::string(docker::kLabelApp)];
    const auto name = names.find(label);
    label = name == names.end() ? label : name->second;
  }
}

/// None while the engine is away; `minpaas_engine_up` says so.
std::vector<Metric> LocalMetrics::of_containers() {
  auto containers = own_containers(engine_, instance_, {{std::string(docker::kLabelApp), ""}});
  std::vector<Metric> metrics{{"minpaas_engine_up",
                               "Whether the Docker Engine answers.",
                               Metric::Kind::Gauge,
                               {{{}, containers ? 1.0 : 0.0}}}};
  if (!containers) {
    log::warn("metrics: {}", containers.error().for_log());
    return metrics;
  }
  name_apps(*containers);
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
  const auto more = of_processes(*containers);
  metrics.insert(metrics.end(), more.begin(), more.end());
  return metrics;
}

/// With its release, since another container has counters of its own.
std::vector<Metric> LocalMetrics::of_processes(
    const std::vector<docker::ContainerDetails>& containers) {
  using Kind = Metric::Kind;
  Metric restarts{"minpaas_process_restarts_total",
                  "How often the process ended by itself, or failed its checks, and ran again.",
                  Kind::Counter,
                  {}};
  Metric processor{
      "minpaas_process_cpu_seconds_total", "Processor time that was used.", Kind::Counter, {}};
  Metric memory{
      "minpaas_process_memory_bytes", "Memory in use, file cache included.", Kind::Gauge, {}};
  for (const auto& container : containers) {
    const auto label = [&](std::string_view name) {
      const auto found = container.labels.find(std::string(name));
      return found == container.labels.end() ? "" : found->second;
    };
    const Labels labels{{"app", label(docker::kLabelApp)},
                        {"process", label(docker::kLabelProcess)},
                        {"release", label(docker::kLabelRelease)},
                        {"container", container.id.value.substr(0, kShownIdBytes)}};
    if (hands_.restarts) {
      restarts.samples.push_back({labels, static_cast<double>(hands_.restarts(container.id))});
    }
    const bool runs = container.state == docker::RunState::Running;
    if (const auto used = runs && hands_.usage ? hands_.usage(container.id) : std::nullopt) {
      processor.samples.push_back({labels, in_seconds(used->processor)});
      memory.samples.push_back({labels, static_cast<double>(used->memory_bytes)});
    }
  }
  return {std::move(restarts), std::move(processor), std::move(memory)};
}

Result<std::vector<Metric>> LocalMetrics::collect(const Actor& actor) {
  TRY(require_admin(actor));
  auto metrics = of_deploys(TRY(store_.deploys()));
  const auto more = of_containers();
  metrics.insert(metrics.end(), more.begin(), more.end());
  for (const Source& source : sources_) {
    const auto counted = source();
    metrics.insert(metrics.end(), counted.begin(), counted.end());
  }
  return metrics;
}

}  // namespace minpaas::hooks
