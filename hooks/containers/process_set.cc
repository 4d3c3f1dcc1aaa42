#include "hooks/containers/process_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "core/app/shell_command.h"
#include "core/base/guarded.h"
#include "core/base/log.h"
#include "hooks/containers/side_by_side.h"

namespace minpaas::hooks {
namespace {

constexpr std::size_t kInstanceCharactersInNames = 6;

docker::Labels labels_of(const Release& release, const ProcessType& process, int index,
                         std::int64_t deploy, const ContainerPolicy& policy) {
  return {{std::string(docker::kLabelApp), policy.label_of(release.app)},
          {std::string(docker::kLabelRelease), release.number.str()},
          {std::string(docker::kLabelProcess), process_name(process, index)},
          {std::string(docker::kLabelInstance), policy.instance},
          // Said as well, so that an image cannot say it.
          {std::string(docker::kLabelPort), ""},
          {std::string(docker::kLabelProtocol),
           process.is_web() && release.manifest.protocol == WebProtocol::H2c ? "h2c" : ""},
          {std::string(docker::kLabelDeploy), std::to_string(deploy)}};
}

std::map<std::string, std::string> environment_of(const Release& release,
                                                  const ConfigVars& config) {
  std::map<std::string, std::string> environment;
  for (const auto& [key, value] : config) {
    environment.emplace(key.str(), value.reveal());
  }
  environment["PORT"] = std::to_string(release.internal_port);
  return environment;
}

void limit(docker::ContainerSpec& spec, const Limits& limits) {
  spec.memory_bytes = limits.memory_bytes;
  spec.cpus = limits.cpus;
  spec.pids = limits.pids;
}

using MaybeStarted = std::optional<StartedProcess>;

void remove_all(docker::Engine& engine, const std::vector<MaybeStarted>& made) {
  side_by_side(made.size(), [&](std::size_t i) {
    const auto removed = made[i] ? engine.remove_container(made[i]->container) : Result<void>();
    if (!removed) {
      // Its labels let the next reconciliation find it.
      log::warn("container {} stays behind: {}", made[i]->container.value,
                removed.error().for_log());
    }
    return true;
  });
}

Result<void> start_one(docker::Engine& engine, const PlannedProcess& plan,
                       const std::function<Result<void>(const StartedProcess&)>& created,
                       MaybeStarted& made) {
  const docker::ContainerId container = TRY(engine.create_container(plan.spec));
  made = StartedProcess{plan, container};
  if (created) {
    TRY(created(*made));
  }
  return engine.start_container(container);
}

}  // namespace

ProcessType one_off_type() {
  return *ProcessType::parse(kOneOffType);
}

std::string process_name(const ProcessType& process, int index) {
  return fmt::format("{}.{}", process.str(), index);
}

std::string container_name(const Release& release, std::string_view process, int index,
                           std::string_view unique, const ContainerPolicy& policy) {
  return fmt::format("minpaas-{}-{}-{}-{}-{}-{}", policy.label_of(release.app), process, index,
                     release.number.str(), unique,
                     policy.instance.substr(0, kInstanceCharactersInNames));
}

std::vector<PlannedProcess> plan_processes(const Release& release, const ConfigVars& config,
                                           std::int64_t deploy, const ContainerPolicy& policy) {
  std::vector<PlannedProcess> plans;
  const auto environment = environment_of(release, config);
  for (const auto& [process, quantity] : release.formation) {
    const auto command = release.processes.find(process);
    // A web process without a command runs the image's own; other types exist by their command.
    if (command == release.processes.end() && !process.is_web()) {
      continue;
    }
    for (int index = 1; index <= quantity; ++index) {
      PlannedProcess plan;
      plan.process = process;
      plan.index = index;
      plan.spec.name =
          container_name(release, process.str(), index, fmt::format("d{}", deploy), policy);
      plan.spec.image = release.image;
      if (command != release.processes.end()) {
        plan.spec.command = exec_last_program(command->second);
      }
      plan.spec.env = environment;
      plan.spec.labels = labels_of(release, process, index, deploy, policy);
      plan.spec.internal_port = process.is_web() ? release.internal_port : 0;
      plan.spec.network = policy.network();
      plan.spec.mounts = policy.mounts;
      limit(plan.spec, policy.limits_of(process));
      plans.push_back(std::move(plan));
    }
  }
  return plans;
}

docker::ContainerSpec plan_one_off(const Release& release, const ConfigVars& config, int index,
                                   const ContainerPolicy& policy) {
  docker::ContainerSpec spec;
  spec.image = release.image;
  spec.env = environment_of(release, config);
  spec.labels = {{std::string(docker::kLabelApp), policy.label_of(release.app)},
                 {std::string(docker::kLabelRelease), release.number.str()},
                 {std::string(docker::kLabelProcess), fmt::format("{}.{}", kOneOffType, index)},
                 {std::string(docker::kLabelInstance), policy.instance},
                 // Not the one of its image, whose labels it inherits.
                 {std::string(docker::kLabelDeploy), "0"},
                 {std::string(docker::kLabelOneOff), "1"}};
  spec.network = policy.network();
  spec.mounts = policy.mounts;
  limit(spec, policy.limits_of(one_off_type()));
  return spec;
}

Result<std::vector<StartedProcess>> start_processes(
    docker::Engine& engine, const std::vector<PlannedProcess>& plans,
    const std::function<Result<void>(const StartedProcess&)>& created) {
  std::vector<MaybeStarted> made(plans.size());
  Guarded<std::optional<Error>> failure;
  side_by_side(plans.size(), [&](std::size_t i) {
    const PlannedProcess& plan = plans[i];
    const auto started = start_one(engine, plan, created, made[i]);
    if (!started) {
      const auto error =
          started.error().with_context("start " + process_name(plan.process, plan.index));
      failure.with([&](std::optional<Error>& first) { first = first.value_or(error); });
    }
    return static_cast<bool>(started);
  });
  if (auto error = failure.with([](const std::optional<Error>& first) { return first; })) {
    remove_all(engine, made);
    return *std::move(error);
  }
  std::vector<StartedProcess> all;
  for (MaybeStarted& process : made) {
    all.push_back(*std::move(process));
  }
  return all;
}

Result<void> stop_all(docker::Engine& engine, const std::vector<docker::ContainerId>& containers,
                      seconds grace, const std::stop_token& stop) {
  std::vector<std::future<Result<void>>> stops;
  for (const docker::ContainerId& id : containers) {
    stops.push_back(std::async(std::launch::async,
                               [&, grace] { return engine.stop_container(id, grace, stop); }));
  }
  Result<void> all;
  for (auto& one : stops) {
    auto stopped = one.get();
    if (all && !stopped) {
      all = std::move(stopped);
    }
  }
  return all;
}

}  // namespace minpaas::hooks
