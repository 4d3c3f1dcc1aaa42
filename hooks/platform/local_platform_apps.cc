#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "core/base/log.h"
#include "core/base/text.h"
#include "hooks/containers/ownership.h"
#include "hooks/pipeline/release_containers.h"
#include "hooks/pipeline/stop_times.h"
#include "hooks/platform/app_settings.h"
#include "hooks/platform/local_platform.h"
#include "hooks/platform/runtime_choice.h"

namespace minpaas::hooks {
namespace {

bool runs(const docker::ContainerDetails& container) {
  return container.state == docker::RunState::Running;
}

std::string state_of(const docker::ContainerDetails& container, bool crashed) {
  if (crashed) {
    return container.oom_killed ? "crashed (out of memory)" : "crashed";
  }
  switch (container.state) {
    case docker::RunState::Running:
      return "up";
    case docker::RunState::Created:
      return "starting";
    case docker::RunState::Restarting:
      // It has ended by itself, and the engine waits before it starts it again.
      return "crashed";
    case docker::RunState::Paused:
      return "paused";
    case docker::RunState::Exited:
    case docker::RunState::Dead:
      break;
  }
  return container.oom_killed ? "exited (out of memory)"
                              : fmt::format("exited ({})", container.exit_code);
}

}  // namespace

Result<std::vector<docker::ContainerDetails>> LocalPlatform::our_containers(
    const std::optional<AppName>& app) {
  const std::string label = app ? TRY(parts_.apps.get(*app)).label : "";
  return own_containers(parts_.engine, parts_.instance, {{std::string(docker::kLabelApp), label}});
}

/// Ids of those that run and pass their liveness checks.
Result<std::set<std::string>> LocalPlatform::up_containers(const std::optional<AppName>& app) {
  std::set<std::string> up;
  for (const auto& container : TRY(our_containers(app))) {
    if (runs(container) && !tasks_.liveness_of(container.id).in_loop) {
      up.insert(container.id.value);
    }
  }
  return up;
}

AppStatus LocalPlatform::status_of(const state::AppRow& row, const state::LiveSummary* live,
                                   const Result<std::set<std::string>>& up) {
  if (queue_.current(row.name)) {
    return AppStatus::Deploying;
  }
  if (live == nullptr) {
    return AppStatus::Created;
  }
  if (row.stopped) {
    return AppStatus::Stopped;
  }
  if (!up) {
    return AppStatus::Unknown;
  }
  if (!live->wants_containers) {
    return AppStatus::Stopped;
  }
  const bool serves =
      std::ranges::any_of(live->serving, [&](const auto& id) { return up->contains(id); });
  return serves ? AppStatus::Running : AppStatus::Crashed;
}

AppSummary LocalPlatform::summarize(const state::AppRow& row, const state::LiveSummary* live,
                                    const Result<std::set<std::string>>& up) {
  const AppStatus status = status_of(row, live, up);
  AppSummary summary{row.name,       "", status, {}, parts_.router.url(row.name, row.port),
                     row.maintenance};
  if (live != nullptr) {
    summary.runtime = live->runtime;
    summary.release = live->number;
  }
  return summary;
}

Result<std::vector<AppSummary>> LocalPlatform::apps(const Actor& actor) {
  // Side by side: together they are what a list waits for.
  auto asked = std::async(std::launch::async, [this] { return up_containers(std::nullopt); });
  auto listed = std::async(std::launch::async, [&] { return access_.visible(actor); });
  // A few queries for all of them: with one for each, a thousand apps take a second.
  const auto live = TRY(parts_.releases.all_live());
  const auto rows = TRY(listed.get());
  const auto up = asked.get();
  std::vector<AppSummary> summaries;
  summaries.reserve(rows.size());
  for (const state::AppRow& row : rows) {
    const auto found = live.find(row.id);
    summaries.push_back(summarize(row, found == live.end() ? nullptr : &found->second, up));
  }
  return summaries;
}

Result<state::LiveSummary> LocalPlatform::live_summary(const Release& live) {
  const auto web = live.formation.find(ProcessType::web());
  state::LiveSummary summary;
  summary.number = live.number;
  summary.runtime = live.runtime;
  summary.wants_containers =
      std::ranges::any_of(live.formation, [](const auto& of_type) { return of_type.second > 0; });
  summary.is_without_web = web != live.formation.end() && web->second == 0;
  for (auto& container : TRY(parts_.containers.of_release(live.app, live.number))) {
    if (summary.is_without_web || container.process.is_web()) {
      summary.serving.push_back(std::move(container.id));
    }
  }
  return summary;
}

Result<AppReport> LocalPlatform::app(const Actor& actor, const AppName& name) {
  const state::AppRow row = TRY(access_.find(actor, name, AppRight::Read));
  const auto up = up_containers(name);
  auto live = TRY(parts_.releases.live(name));
  const auto shown = live ? std::optional(TRY(live_summary(*live))) : std::nullopt;
  AppSummary summary = summarize(row, shown ? &*shown : nullptr, up);
  const StopTimes times = stop_times(row, parts_.settings);
  AppReport report{std::move(summary),
                   row.port,
                   deploy_branch(row),
                   row.runtime.empty() ? std::string(kDetectedRuntime) : row.runtime,
                   "/" + name.str(),
                   std::move(live),
                   {},
                   row.created_at,
                   row.locked_by,
                   row.locked_at,
                   {},
                   row.overlap,
                   times.drain,
                   times.stop};
  for (const auto& [key, value] : TRY(parts_.configs.latest(name)).second) {
    report.config_keys.push_back(key);
  }
  for (const Domain& domain : TRY(nouns_.domains.list(actor, name))) {
    if (domain.source == DomainSource::Added) {
      report.domains.push_back(domain.host);
    }
  }
  return report;
}

bool LocalPlatform::may_make_apps(const Actor& actor) const {
  return actor.role == Role::Admin || parts_.settings.apps.members_create;
}

/// Whoever makes an app administers it.
Result<void> LocalPlatform::grant_to_maker(const Actor& actor, const AppName& name) {
  return actor.role == Role::Admin
             ? Result<void>()
             : grants_.put(name, {actor.name, AppRight::Admin, actor.name, parts_.clock.now()});
}

Result<AppReport> LocalPlatform::create_app(const Actor& actor, const AppName& name) {
  if (!may_make_apps(actor)) {
    TRY(require_admin(actor));
  }
  const auto& ports = parts_.settings.router;
  const auto row = TRY(parts_.apps.create(name, ports.port_first, ports.port_last,
                                          tasks_.port_is_free, parts_.clock.now()));
  const auto granted = grant_to_maker(actor, name);
  const auto made = granted ? places_.make(name, deploy_branch(row)) : granted;
  if (!made) {
    TRY(parts_.apps.destroy(name));
    return made.error().with_context("the app could not be made");
  }
  log::info("{} was created by {}", name.str(), actor.name);
  return app(actor, name);
}

Result<void> LocalPlatform::set_app(
    const Actor& actor, const AppName& name,
    const std::vector<std::pair<std::string, std::string>>& values) {
  TRY(access_.find_open(actor, name, AppRight::Deploy));
  return AppSettings(parts_.apps, parts_.catalog, parts_.router).set(name, values);
}

Result<std::vector<ProcessReport>> LocalPlatform::processes(const Actor& actor,
                                                            const AppName& name) {
  const bool stopped = TRY(access_.find(actor, name, AppRight::Read)).stopped;
  const auto live = TRY(parts_.releases.live(name));
  std::vector<ProcessReport> reports;
  if (!live) {
    return reports;
  }
  for (const auto& row : TRY(containers_of(parts_, name, live->number, Belonging::ToRelease))) {
    const auto command = live->processes.find(row.process);
    ProcessReport report{row.process,
                         row.index,
                         "gone",
                         row.release,
                         command == live->processes.end() ? "" : command->second,
                         {},
                         0,
                         {row.id}};
    const auto details = parts_.engine.inspect_container({row.id});
    if (details) {
      report.state =
          stopped && !runs(*details) ? "stopped" : state_of(*details, tasks_.crashed({row.id}));
      report.since = runs(*details) ? details->started_at : details->finished_at;
      const LivenessState liveness = tasks_.liveness_of({row.id});
      if (runs(*details) && !liveness.why.empty()) {
        report.state =
            fmt::format("{} ({})", liveness.in_loop ? "crashed" : "failing", liveness.why);
      }
      report.restarts = tasks_.restarts_of(*details);
      report.limits = details->limits;
    } else if (details.error().code != ErrorCode::NotFound) {
      return details.error();
    }
    reports.push_back(std::move(report));
  }
  TRY(add_one_offs(name, reports));
  return reports;
}

}  // namespace minpaas::hooks
