#include "tests/support/deploy_bed.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "hooks/supervision/reconcile.h"

namespace minpaas::test {
namespace {

constexpr std::chrono::seconds kPatience{30};
constexpr const char* kInstance = "0123456789abcdef";

template <typename T>
T must(Result<T> result) {
  if (!result) {
    throw std::runtime_error(result.error().for_log());
  }
  return *std::move(result);
}

runtimes::Catalog load_catalog() {
  return must(runtimes::Catalog::load(
      {runtimes::default_folder(), {{"python", "localhost/minpaas/python-base"}}, true}));
}

std::string label(const docker::ContainerDetails& container, std::string_view name) {
  const auto found = container.labels.find(std::string(name));
  return found == container.labels.end() ? "" : found->second;
}

}  // namespace

hooks::Follow Watcher::follow() {
  return {[this](std::string_view line) {
            lines_.update([line](std::vector<std::string>& lines) { lines.emplace_back(line); });
            return true;
          },
          {},
          gone_.get_token()};
}

std::vector<std::string> Watcher::lines() const {
  return lines_.with([](const std::vector<std::string>& lines) { return lines; });
}

std::string Watcher::text() const {
  std::string text;
  for (const std::string& line : lines()) {
    text += line + "\n";
  }
  return text;
}

bool Watcher::wait_for(const std::string& part) const {
  const auto has = [&part](const std::vector<std::string>& lines) {
    return std::ranges::any_of(
        lines, [&part](const std::string& line) { return line.find(part) != std::string::npos; });
  };
  return lines_.wait_until(std::chrono::steady_clock::now() + kPatience, {}, has, has);
}

DeployBed::Server::Server(DeployBed& bed)
    : database(must(state::Database::open(bed.folder.path() / "minpaas.db"))),
      secret(must(state::SecretKey::load_or_create(bed.folder.path() / "secret.key", false))),
      journal(bed.folder.path() / "journal"),
      lifecycle(apps, journal, bed.clock),
      policies(kInstance, bed.settings.containers, apps, resources, volumes),
      check_plans(check_store, bed.settings.checks),
      parts(bed.make_parts(*this)),
      pipeline(parts, {}),
      queue(deploys, bed.clock,
            {bed.settings.build.slots, 2, parts.build_logs(), hooks::FeedLimits()}, pipeline),
      keys(key_store, bed.settings.access.admin_keys, bed.clock),
      first_claim(claim_store, keys, bed.clock),
      people(users, grants, keys, first_claim, access, bed.clock),
      domains(access, apps, domain_store, bed.router, bed.clock,
              {"example.com", [this] { certificates.follow_change(); }}),
      maintenance(access, apps, bed.router, lifecycle),
      build_secrets(access, build_secret_store, bed.clock),
      events(event_store, access, bed.clock),
      certificates(
          access, apps, certificate_store,
          [this](const AppName& app) { return domains.hosts_of(app); }, bed.router, bed.acme,
          events, bed.clock, bed.settings),
      limits(parts, queue, access),
      storage(parts, queue, access),
      cron_runner(parts, one_offs, events),
      cron(parts, access, cron_runner),
      checks(parts, check_store, access),
      tokens(token_store, keys, bed.clock),
      standing(keys, tokens, access, apps),
      standing_watch(standing, milliseconds(20)),
      sources(parts, queue, access, deploy_keys,
              {[this](const Actor& actor, const AppName& app) {
                 return platform.open_for_push(actor, app);
               },
               [this](const Actor& actor, const AppName& app) {
                 return platform.create_app(actor, app);
               }}),
      platform(
          parts, {grants, access}, queue, one_offs,
          {people, events, certificates, limits, storage, domains, maintenance, cron, checks,
           tokens, standing_watch, build_secrets, sources},
          {[](const AppName&, const hooks::LogQuery&, const hooks::AppLogSink&, std::stop_token) {
             return Result<void>();
           },
           [] {
             return Result<std::vector<hooks::DoctorFinding>>(std::vector<hooks::DoctorFinding>());
           },
           [](const docker::ContainerId&) { return false; }, [](int) { return true; }}) {}

DeployBed::DeployBed(int build_slots) : catalog(load_catalog()) {
  settings.server.data_dir = folder.path();
  settings.build.slots = build_slots;
  settings.build.reserve_bytes = 0;
  settings.access.admin_keys = folder.path() / "admin_keys";
  engine.add_image("localhost/minpaas/python-base");
  server_ = std::make_unique<Server>(*this);
}

DeployBed::~DeployBed() = default;

void DeployBed::restart() {
  server_.reset();
  server_ = std::make_unique<Server>(*this);
}

void DeployBed::reconcile() {
  const hooks::ReconcileStores stores{server().apps, server().releases, server().configs,
                                      server().containers, server().deploys};
  hooks::Checker checker(engine, settings.checks);
  hooks::Reconciler reconciler(engine, stores, router, checker, {kInstance, settings.containers});
  const auto report = must(reconciler.run({}, {}));
  EXPECT_TRUE(report.settled()) << testing::PrintToString(report.failures);
}

bool DeployBed::wait_idle(const AppName& app) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!server().queue.hold(app)) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  server().queue.release(app);
  return true;
}

hooks::PipelineParts DeployBed::make_parts(Server& server) {
  return {server.apps,
          server.configs,
          server.build_secret_store,
          server.releases,
          server.deploys,
          server.containers,
          server.resources,
          server.volumes,
          server.cron_store,
          server.policies,
          server.lifecycle,
          engine,
          router,
          catalog,
          server.check_plans,
          [this](const std::vector<hooks::CheckTarget>& targets, const hooks::LineSink&,
                 std::stop_token stop) {
            return check ? check(targets, std::move(stop)) : check_running(targets);
          },
          settings,
          clock,
          kInstance,
          [this](std::string_view point) {
            if (at_point) {
              at_point(point);
            }
          }};
}

Result<void> DeployBed::check_running(const std::vector<hooks::CheckTarget>& targets) {
  for (const hooks::CheckTarget& target : targets) {
    const auto details = TRY(engine.inspect_container(target.container));
    if (details.state != docker::RunState::Running) {
      return Error{ErrorCode::Failed, fmt::format("{} does not run", target.process.str()), "", ""};
    }
  }
  return {};
}

std::vector<std::string> DeployBed::own_record(std::size_t least) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    std::vector<std::string> record;
    for (const auto& row : must(server().event_store.list({}))) {
      if (row.actor == "minpaas" && row.credential.empty() && row.from.empty()) {
        record.push_back(fmt::format("{} {} {}: {}", row.action, row.app, row.detail, row.result));
      }
    }
    if (record.size() >= least || std::chrono::steady_clock::now() > deadline) {
      return record;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

AppName DeployBed::make_app(const std::string& name) {
  AppName app = must(AppName::parse(name));
  must(platform().create_app(admin, app));
  return app;
}

Oid DeployBed::commit(const AppName& app, const std::string& content, const Oid& parent) {
  return make_commit(server().parts.repository(app),
                     {{"app.py", content}, {"requirements.txt", ""}}, "Say " + content, parent);
}

Oid DeployBed::commit_files(const AppName& app, const CommitFiles& files) {
  return make_commit(server().parts.repository(app), files, "Files");
}

hooks::PushRequest DeployBed::push_of(const AppName& app, const Oid& commit) {
  return {app, commit, "refs/heads/main", ref(app), false, false, false, ""};
}

Result<hooks::DeployOutcome> DeployBed::push(const AppName& app, const Oid& commit,
                                             Watcher& watcher) {
  auto outcome = platform().push(admin, push_of(app, commit), watcher.follow());
  EXPECT_TRUE(wait_idle(app));
  return outcome;
}

Result<hooks::DeployOutcome> DeployBed::push(const AppName& app, const Oid& commit) {
  Watcher watcher;
  return push(app, commit, watcher);
}

Oid DeployBed::ref(const AppName& app) {
  return read_ref(server().parts.repository(app), "refs/heads/main");
}

std::vector<std::string> DeployBed::serving(const AppName& app) {
  EXPECT_TRUE(wait_idle(app));
  const int port = must(server().apps.get(app)).port;
  std::vector<std::string> releases;
  for (const auto& container : engine.containers()) {
    const auto spec = engine.spec(container.name);
    if (spec && spec->host_port == port && container.state == docker::RunState::Running) {
      releases.push_back(label(container, docker::kLabelRelease));
    }
  }
  return releases;
}

std::vector<std::string> DeployBed::containers(const AppName& app) {
  EXPECT_TRUE(wait_idle(app));
  std::vector<std::string> found;
  for (const auto& container : engine.containers()) {
    if (label(container, docker::kLabelApp) == app.str()) {
      found.push_back(label(container, docker::kLabelRelease) + " " +
                      label(container, docker::kLabelProcess));
    }
  }
  std::ranges::sort(found);
  return found;
}

std::string DeployBed::broken_promise(const AppName& app) {
  EXPECT_TRUE(wait_idle(app));
  const auto live = must(server().releases.live(app));
  std::string broken;
  const auto demand = [&broken](bool holds, const std::string& what) {
    broken += holds ? "" : what + "; ";
  };
  for (const auto& row : must(server().deploys.unfinished())) {
    demand(row.app != app, fmt::format("deploy {} is not settled", row.id));
  }
  for (const Release& release : must(server().releases.list(app, 100))) {
    demand(release.state != ReleaseState::Pending, release.number.str() + " is pending");
  }
  const auto serves = serving(app);
  if (!live) {
    demand(containers(app).empty(), "containers are left without a release");
    demand(ref(app).is_zero(), "the ref moved without a release");
    return broken;
  }
  demand(serves == std::vector{live->number.str()},
         fmt::format("{} is live, {} container(s) serve", live->number.str(), serves.size()));
  demand(!live->commit || ref(app) == live->commit, "the ref is not at the live commit");
  demand(containers(app) == std::vector{live->number.str() + " web.1"}, "containers are left");
  const auto rows = must(server().containers.of_app(app));
  demand(rows.size() == 1 && rows.front().release == live->number, "rows of containers are wrong");
  demand(must(server().configs.latest(app)).second ==
             must(server().configs.at(app, live->config_version)),
         "the config is not that of the live release");
  return broken;
}

}  // namespace minpaas::test
