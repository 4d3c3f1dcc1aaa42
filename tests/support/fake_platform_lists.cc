#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "core/base/text.h"
#include "tests/support/fake_platform.h"

namespace minpaas::test {

Result<void> FakePlatform::require_admin(const Actor& actor) const {
  if (outage) {
    return *outage;
  }
  if (actor.role != Role::Admin) {
    return Error{ErrorCode::PermissionDenied, "only an administrator may do this",
                 "ask one of them", ""};
  }
  return {};
}

Result<std::vector<hooks::ProcessReport>> FakePlatform::processes(const Actor& /*actor*/,
                                                                  const AppName& name) {
  const App* app = TRY(find(name));
  std::vector<hooks::ProcessReport> all;
  if (const Release* live = app->live()) {
    for (const auto& [type, command] : live->processes) {
      all.push_back({.process = type,
                     .index = 1,
                     .state = "up",
                     .release = live->number,
                     .command = command,
                     .since = live->created_at,
                     .restarts = 0,
                     .container = {"c0ffee"}});
    }
  }
  return all;
}

Result<std::vector<state::DeployRow>> FakePlatform::builds(const Actor& /*actor*/,
                                                           const AppName& name,
                                                           hooks::BuildsScope scope,
                                                           state::Page page) {
  const App* app = TRY(find(name));
  std::vector<state::DeployRow> newest_first;
  for (auto build = app->builds.rbegin(); build != app->builds.rend(); ++build) {
    if (std::ssize(newest_first) < page.most && (!page.before || build->row.id < *page.before) &&
        (scope == hooks::BuildsScope::AllDeploys || build->built_something())) {
      newest_first.push_back(build->row);
    }
  }
  return newest_first;
}

Result<state::DeployRow> FakePlatform::build_output(const Actor& /*actor*/, const AppName& name,
                                                    std::optional<std::int64_t> id,
                                                    const hooks::Follow& follow) {
  const App* app = TRY(find(name));
  const auto found = std::find_if(
      app->builds.rbegin(), app->builds.rend(),
      [&](const Build& build) { return id ? build.row.id == *id : build.built_something(); });
  if (found == app->builds.rend()) {
    return Error{ErrorCode::NotFound, fmt::format("{} has no such build", name.str()),
                 fmt::format("list them: builds {}", name.str()), ""};
  }
  for (const std::string& line : found->lines) {
    if (!follow.line(line)) {
      break;
    }
  }
  return found->row;
}

Result<int> FakePlatform::cancel_builds(const Actor& /*actor*/, const AppName& name) {
  App* app = TRY(find(name));
  int cancelled = 0;
  for (Build& build : app->builds) {
    if (!state::is_final(build.row.stage)) {
      build.row.stage = state::DeployStage::Cancelled;
      ++cancelled;
    }
  }
  if (cancelled == 0) {
    return Error{ErrorCode::NotFound, fmt::format("{} has no deploy to cancel", name.str()), "",
                 ""};
  }
  return cancelled;
}

Result<void> FakePlatform::logs(const Actor& /*actor*/, const AppName& name,
                                const hooks::LogQuery& query, const hooks::AppLogSink& sink,
                                std::stop_token gone) {
  const App* app = TRY(find(name));
  last_query = query;
  std::vector<const LogLine*> chosen;
  for (const LogLine& line : app->logs) {
    if ((!query.since || line.at >= *query.since) &&
        (!query.process || line.process == *query.process) &&
        (!query.index || line.index == *query.index)) {
      chosen.push_back(&line);
    }
  }
  if (query.tail && std::ssize(chosen) > *query.tail) {
    chosen.erase(chosen.begin(), chosen.end() - *query.tail);
  }
  for (const LogLine* line : chosen) {
    if (!sink(line->at, fmt::format("app[{}.{}]", line->process.str(), line->index), line->text)) {
      return {};
    }
  }
  // Nothing more ever comes, so only the follower can end it.
  if (query.follow) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_for(lock, gone, std::chrono::minutes(1), [] { return false; });
  }
  return {};
}

Result<std::vector<hooks::DoctorFinding>> FakePlatform::doctor(const Actor& actor) {
  TRY(require_admin(actor));
  return findings;
}

}  // namespace minpaas::test
