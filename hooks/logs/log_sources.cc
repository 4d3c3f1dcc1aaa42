#include "hooks/logs/log_sources.h"

#include <algorithm>

namespace minpaas::hooks {
namespace {

using docker::ContainerDetails;

constexpr std::array kTopics{JournalTopic::Router, JournalTopic::Lifecycle};

std::string label_of(const ContainerDetails& container, std::string_view name) {
  const auto found = container.labels.find(std::string(name));
  return found == container.labels.end() ? "" : found->second;
}

/// One that waits to be started, or started again, prints soon.
bool may_print(docker::RunState state) {
  return state != docker::RunState::Exited && state != docker::RunState::Dead;
}

/// What a one-off prints is for who runs it, and no log of it is kept.
bool has_log(const ContainerDetails& container) {
  return !label_of(container, docker::kLabelProcess).empty() &&
         label_of(container, docker::kLabelOneOff).empty();
}

}  // namespace

Result<std::vector<LogSource>> LogSources::find(const std::string& label) {
  std::vector<LogSource> sources;
  const auto containers = TRY(engine_.list_containers(
      {{std::string(docker::kLabelApp), label}, {std::string(docker::kLabelInstance), instance_}}));
  // The engine lists the newest first.
  for (const ContainerDetails& container : containers) {
    if (has_log(container) && sources.size() < kMostContainers) {
      sources.push_back({container.id.value, label_of(container, docker::kLabelProcess),
                         may_print(container.state)});
    }
  }
  for (const JournalTopic topic : kTopics) {
    if (journal_.has(label, topic)) {
      sources.push_back({std::string(to_string(topic)), std::string(to_string(topic)), true});
    }
  }
  return sources;
}

Result<void> LogSources::read(const std::string& label, const LogSource& source,
                              const docker::LogOptions& options, const docker::LogSink& sink,
                              const std::stop_token& stop) {
  const auto topic = std::ranges::find(kTopics, source.id, to_string);
  return topic == kTopics.end() ? engine_.logs(docker::ContainerId{source.id}, options, sink, stop)
                                : journal_.read(label, *topic, options, sink, stop);
}

}  // namespace minpaas::hooks
