#include "tests/support/fake_platform.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "tests/support/releases.h"

namespace minpaas::test {
namespace {

using state::DeployKind;
using state::DeployStage;

Error nothing_pushed() {
  return {ErrorCode::Conflict, "nothing was pushed to this app yet", "push it with git first", ""};
}

}  // namespace

state::DeployRow FakePlatform::new_row(const AppName& app, DeployKind kind, const Actor& actor) {
  return {.id = 0,
          .app = app,
          .kind = kind,
          .stage = DeployStage::Queued,
          .commit = std::nullopt,
          .ref = "",
          .ref_old = std::nullopt,
          .release = std::nullopt,
          .image = "",
          .config_before = std::nullopt,
          .actor = actor.name,
          .note = "",
          .reason = "",
          .created_at = {},
          .finished_at = std::nullopt};
}

const Release* FakePlatform::App::live() const {
  const auto found = std::find_if(releases.begin(), releases.end(), [](const Release& release) {
    return release.state == ReleaseState::Live;
  });
  return found == releases.end() ? nullptr : &*found;
}

void FakePlatform::deploy(std::string_view app, const Oid& commit, std::string runtime) {
  const AppName name = *AppName::parse(app);
  const Actor ada{
      .user_id = 1, .name = "ada", .role = Role::Admin, .key_fingerprint = "", .from = ""};
  App& made = make(name);
  Release next = next_release(name, made, ada, "Deploy " + commit.short_hex());
  next.commit = commit;
  next.runtime = std::move(runtime);
  auto row = new_row(name, DeployKind::Push, ada);
  row.commit = commit;
  row.ref = "refs/heads/main";
  static_cast<void>(play(made, row, next, {}));
}

void FakePlatform::add_log(std::string_view app, LogLine line) {
  make(*AppName::parse(app)).logs.push_back(std::move(line));
}

Result<FakePlatform::App*> FakePlatform::find(const AppName& name) {
  if (outage) {
    return *outage;
  }
  const auto found = apps_.find(name);
  if (found == apps_.end()) {
    return Error{ErrorCode::NotFound, fmt::format("there is no app {}", name.str()),
                 "list them: apps", ""};
  }
  return &found->second;
}

Result<FakePlatform::App*> FakePlatform::find_open(const AppName& name) {
  App* app = TRY(find(name));
  if (app->locked_by) {
    return Error{ErrorCode::Conflict,
                 fmt::format("{} is locked by {}", name.str(), *app->locked_by),
                 "to unlock it: apps:unlock " + name.str(), ""};
  }
  return app;
}

FakePlatform::App& FakePlatform::make(const AppName& name) {
  const auto [found, fresh] = apps_.try_emplace(name);
  if (fresh) {
    constexpr int kFirstPort = 10000;
    found->second.port = kFirstPort + static_cast<int>(apps_.size());
    found->second.created_at = clock_.now();
  }
  return found->second;
}

hooks::AppReport FakePlatform::report(const AppName& name, const App& app) const {
  hooks::AppReport report{.summary = {.name = name,
                                      .runtime = "",
                                      .status = hooks::AppStatus::Created,
                                      .release = std::nullopt,
                                      .url = ""},
                          .port = app.port,
                          .deploy_branch = "",
                          .chosen_runtime = "",
                          .git_url_path = "",
                          .live = std::nullopt,
                          .config_keys = {},
                          .created_at = {}};
  report.deploy_branch = app.branch;
  report.overlap = app.overlap;
  report.drain_timeout = app.drain_timeout;
  report.stop_timeout = seconds(30);
  report.chosen_runtime = app.chosen_runtime.empty() ? "auto" : app.chosen_runtime;
  report.git_url_path = "/" + name.str();
  report.created_at = app.created_at;
  for (const auto& [key, value] : app.config) {
    report.config_keys.push_back(key);
  }
  report.summary.url = fmt::format("http://localhost:{}", app.port);
  if (const Release* live = app.live()) {
    report.live = *live;
    report.summary.runtime = live->runtime;
    report.summary.release = live->number;
    report.summary.status = app.stopped ? hooks::AppStatus::Stopped : hooks::AppStatus::Running;
  }
  report.locked_by = app.locked_by;
  report.locked_at = app.locked_at;
  report.domains = domains_.added(name);
  report.summary.maintenance = maintenance_.is_on(name);
  return report;
}

Release FakePlatform::next_release(const AppName& name, const App& app, const Actor& actor,
                                   std::string description) const {
  const int number = static_cast<int>(app.releases.size()) + 1;
  Release next = make_release(name.str(), number, ImageId{"sha256:0123456789abcdef"});
  if (const Release* live = app.live()) {
    next.commit = live->commit;
    next.runtime = live->runtime;
    next.processes = live->processes;
    next.formation = live->formation;
  }
  next.description = std::move(description);
  next.actor = actor.name;
  next.created_at = clock_.now();
  return next;
}

Result<hooks::DeployOutcome> FakePlatform::play(App& app, state::DeployRow row, Release next,
                                                const hooks::Follow& follow) {
  row.id = ++last_deploy_;
  row.created_at = clock_.now();
  if (follow.begun) {
    follow.begun(row.id);
  }
  bool following = static_cast<bool>(follow.line);
  for (const std::string& line : script.lines) {
    following = following && follow.line(line);
  }
  hooks::DeployOutcome outcome;
  outcome.deploy = row.id;
  outcome.stage = script.stage;
  outcome.reason = script.reason;
  outcome.failure = script.failure;
  row.stage = script.stage;
  row.reason = script.reason;
  if (state::is_final(script.stage)) {
    row.finished_at = clock_.now();
  }
  if (script.stage == DeployStage::Succeeded) {
    for (Release& old : app.releases) {
      old.state = old.state == ReleaseState::Live ? ReleaseState::Superseded : old.state;
    }
    next.state = ReleaseState::Live;
    app.configs[next.number] = app.config;
    outcome.release = next.number;
    outcome.url = fmt::format("http://localhost:{}", app.port);
    row.release = next.number;
    app.releases.push_back(std::move(next));
  }
  app.builds.push_back({row, script.lines});
  if (follow.line && (!following || follow.gone.stop_requested())) {
    return Error{ErrorCode::Disconnected, "left before the end; the deploy goes on", "", ""};
  }
  return outcome;
}

Result<std::vector<hooks::AppSummary>> FakePlatform::apps(const Actor& /*actor*/) {
  if (outage) {
    return *outage;
  }
  std::vector<hooks::AppSummary> all;
  for (const auto& [name, app] : apps_) {
    all.push_back(report(name, app).summary);
  }
  return all;
}

Result<hooks::AppReport> FakePlatform::app(const Actor& /*actor*/, const AppName& name) {
  const App* app = TRY(find(name));
  return report(name, *app);
}

Result<hooks::AppReport> FakePlatform::create_app(const Actor& /*actor*/, const AppName& name) {
  if (outage) {
    return *outage;
  }
  if (apps_.contains(name)) {
    return Error{ErrorCode::AlreadyExists, fmt::format("there is an app {} already", name.str()),
                 "choose another name", ""};
  }
  return report(name, make(name));
}

Result<void> FakePlatform::set_app(const Actor& /*actor*/, const AppName& name,
                                   const std::vector<std::pair<std::string, std::string>>& values) {
  App* app = TRY(find_open(name));
  for (const auto& [key, value] : values) {
    if (key == "deploy_branch") {
      app->branch = value;
    } else if (key == "runtime") {
      app->chosen_runtime = value == "auto" ? "" : value;
    } else if (key == "overlap") {
      app->overlap = value == "on";
    } else if (key == "drain_timeout") {
      app->drain_timeout = seconds(*parse_number(value, key, 0, 3600));
    } else {
      return Error{ErrorCode::InvalidInput, fmt::format("there is no setting {}", key),
                   "settings: runtime, deploy_branch, overlap, drain_timeout", ""};
    }
  }
  return {};
}

Result<hooks::AppReport> FakePlatform::rename_app(const Actor& /*actor*/, const AppName& name,
                                                  const AppName& to) {
  TRY(find_open(name));
  if (apps_.contains(to)) {
    return Error{ErrorCode::AlreadyExists, fmt::format("there is an app '{}' already", to.str()),
                 "choose another name", ""};
  }
  auto entry = apps_.extract(name);
  entry.key() = to;
  apps_.insert(std::move(entry));
  return report(to, apps_.at(to));
}

Result<void> FakePlatform::destroy_app(const Actor& /*actor*/, const AppName& name,
                                       bool with_storage) {
  TRY(find_open(name));
  apps_.erase(name);
  storage_.leave(name, with_storage);
  return {};
}

Result<ConfigVars> FakePlatform::config(const Actor& /*actor*/, const AppName& name) {
  const App* app = TRY(find(name));
  return app->config;
}

Result<SharedMask> FakePlatform::secret_mask(const Actor& /*actor*/, const AppName& name) {
  TRY(is_up());
  if (mask_outage) {
    return *mask_outage;
  }
  auto mask = std::make_shared<SecretMask>();
  const auto app = apps_.find(name);
  if (app != apps_.end()) {
    mask->hide(app->second.config);
    mask->keep(name.str());
  }
  return SharedMask(std::move(mask));
}

Result<hooks::DeployOutcome> FakePlatform::change_config(const Actor& actor, const AppName& name,
                                                         const ConfigVars& set,
                                                         const std::vector<ConfigKey>& unset,
                                                         const hooks::Follow& follow) {
  App* app = TRY(find_open(name));
  ConfigVars changed = app->config;
  for (const auto& [key, value] : set) {
    changed.insert_or_assign(key, value);
  }
  for (const ConfigKey& key : unset) {
    changed.erase(key);
  }
  hooks::DeployOutcome stored;
  stored.stage = DeployStage::Succeeded;
  if (changed == app->config) {
    return stored;
  }
  if (app->live() == nullptr) {
    app->config = changed;
    stored.deploy = ++last_deploy_;
    return stored;
  }
  const auto outcome = play(*app, new_row(name, DeployKind::ConfigChange, actor),
                            next_release(name, *app, actor, "Set config"), follow);
  if (script.stage == DeployStage::Succeeded) {
    app->config = changed;
    app->configs[app->live()->number] = changed;
  }
  return outcome;
}

Result<hooks::PushPlace> FakePlatform::open_for_push(const Actor& /*actor*/, const AppName& name) {
  if (outage) {
    return *outage;
  }
  const auto app = apps_.find(name);
  return hooks::PushPlace{.folder = "/nowhere/" + name.str() + ".git",
                          .deploy_branch = app == apps_.end() ? "main" : app->second.branch,
                          .is_new = app == apps_.end(),
                          .hold = nullptr};
}

Result<hooks::FetchSource> FakePlatform::open_for_fetch(const Actor& actor, const AppName& name) {
  TRY(app(actor, name));
  return hooks::FetchSource{
      .folder = "/nowhere/" + name.str() + ".git", .release_refs = {}, .hold = nullptr};
}

Result<hooks::DeployOutcome> FakePlatform::push(const Actor& actor,
                                                const hooks::PushRequest& request,
                                                const hooks::Follow& follow) {
  if (request.plan_only) {
    hooks::DeployOutcome planned;
    planned.stage = DeployStage::Cancelled;
    return planned;
  }
  App* app = TRY(find_open(request.app));
  auto row = new_row(request.app, DeployKind::Push, actor);
  row.commit = request.commit;
  row.ref = request.ref;
  row.note = request.note;
  Release next = next_release(request.app, *app, actor, "Deploy " + request.commit.short_hex());
  next.commit = request.commit;
  return play(*app, row, next, follow);
}

Result<hooks::DeployOutcome> FakePlatform::rebuild(const Actor& actor, const AppName& name,
                                                   bool no_cache, const hooks::Follow& follow) {
  App* app = TRY(find_open(name));
  const Release* live = app->live();
  if (live == nullptr) {
    return nothing_pushed();
  }
  auto row = new_row(name, DeployKind::Rebuild, actor);
  row.commit = live->commit;
  row.note = no_cache ? "without cache" : "";
  return play(*app, row, next_release(name, *app, actor, "Rebuild"), follow);
}

}  // namespace minpaas::test
