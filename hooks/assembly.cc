#include "hooks/assembly.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "hooks/containers/port_probe.h"
#include "hooks/logs/request_journal.h"
#include "hooks/pipeline/app_network.h"
#include "hooks/pipeline/release_containers.h"
#include "hooks/platform/renames.h"
#include "hooks/settings_check.h"

namespace minpaas::hooks {
namespace {

/// Restarts and config changes that run beside the builds.
constexpr int kOtherSlots = 2;
/// Stored outputs of an app; each has at most FeedLimits::most_bytes and a little.
constexpr std::size_t kKeptOutputs = 50;

/// Two servers on one data folder would settle each other's deploys.
Result<Fd> lock_folder(const std::filesystem::path& folder) {
  const auto path = folder / "minpaasd.lock";
  Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) {
    return file_error(path, "open", errno);
  }
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return Error{ErrorCode::Conflict,
                 fmt::format("another minpaasd uses the data folder {}", folder.string()),
                 "stop it first, or set [server] data_dir", ""};
  }
  return file;
}

Result<state::SecretKey> load_secret(const std::filesystem::path& folder,
                                     state::Database& database) {
  // Asking whether there are values opens none of them.
  const state::SecretKey none;
  const bool has_values = TRY(state::ConfigStore(database, none).has_values()) ||
                          TRY(state::CertificateStore(database, none).has_values()) ||
                          TRY(state::BuildSecretStore(database, none).has_values()) ||
                          TRY(state::DeployKeyStore(database, none).has_values());
  return state::SecretKey::load_or_create(folder / "secret.key", has_values);
}

void log_freed(const std::string& subject, const Result<Freed>& freed) {
  if (!freed) {
    log::warn("garbage of {}: {}", subject, freed.error().for_log());
  } else if (freed->images > 0 || freed->cache_bytes > 0) {
    log::info("garbage of {}: {} images and {} of build cache removed", subject, freed->images,
              format_bytes(freed->cache_bytes));
  }
}

std::map<std::string, std::string> names_by_label(state::AppStore& apps) {
  std::map<std::string, std::string> names;
  const auto rows = apps.list();
  if (!rows) {
    log::warn("metrics have labels for the names of apps: {}", rows.error().for_log());
    return names;
  }
  for (const state::AppRow& row : *rows) {
    names.emplace(row.label, row.name.str());
  }
  return names;
}

}  // namespace

Result<Assembly::Opened> Assembly::open(const config::Settings& settings) {
  const auto& folder = settings.server.data_dir;
  TRY(make_folder(folder, 0700));
  TRY(make_folder(folder / "repos", 0700));
  TRY(make_folder(folder / "builds", 0700));
  Fd lock = TRY(lock_folder(folder));
  auto database = TRY(state::Database::open(folder / "minpaas.db"));
  auto secret = TRY(load_secret(folder, *database));
  auto catalog = TRY(load_catalog(settings));
  auto instance = TRY(state::InstanceStore(*database).instance_id());
  return Opened{std::move(lock), std::move(database), secret, std::move(catalog),
                std::move(instance)};
}

Result<std::unique_ptr<Assembly>> Assembly::make(const config::Settings& settings,
                                                 const Surroundings& around) {
  auto opened = TRY(open(settings));
  return std::unique_ptr<Assembly>(new Assembly(std::move(opened), settings, around));
}

Assembly::Assembly(Opened opened, const config::Settings& settings, const Surroundings& around)
    : opened_(std::move(opened)),
      apps_(*opened_.database),
      configs_(*opened_.database, opened_.secret),
      build_secret_store_(*opened_.database, opened_.secret),
      releases_(*opened_.database),
      deploys_(*opened_.database),
      containers_(*opened_.database),
      key_store_(*opened_.database),
      users_(*opened_.database),
      grants_(*opened_.database),
      access_(apps_, grants_),
      event_store_(*opened_.database, opened_.secret),
      events_(event_store_, access_, around.clock),
      resources_(*opened_.database),
      volumes_(*opened_.database),
      cron_store_(*opened_.database),
      check_store_(*opened_.database),
      journal_(settings.server.data_dir / "journal"),
      lifecycle_(apps_, journal_, around.clock),
      policies_(opened_.instance, settings.containers, apps_, resources_, volumes_),
      check_plans_(check_store_, settings.checks),
      failure_hooks_(around.engine, configs_, settings),
      checker_(around.engine, settings.checks,
               [this](const std::vector<FailedCheck>& failed, const LineSink& line,
                      const std::stop_token& stop) { failure_hooks_.run(failed, line, stop); }),
      parts_{apps_,         configs_,        build_secret_store_, releases_,
             deploys_,      containers_,     resources_,          volumes_,
             cron_store_,   policies_,       lifecycle_,          around.engine,
             around.router, opened_.catalog, check_plans_,        health_wait(),
             settings,      around.clock,    opened_.instance,    {}},
      garbage_(around.engine, apps_, releases_, deploys_, opened_.instance, settings.build),
      pipeline_(
          parts_, [this](const AppName& app) { tidy(app); },
          [this](const Deploy& deploy, const DeployOutcome& outcome) {
            if (deploy.was_left()) {
              put_end_on_record(deploy.job.row, outcome.release,
                                outcome.stage == state::DeployStage::Succeeded);
            }
          }),
      queue_(deploys_, around.clock,
             {settings.build.slots, kOtherSlots, parts_.build_logs(), FeedLimits()}, pipeline_),
      keys_(key_store_, settings.access.admin_keys, around.clock),
      claim_store_(*opened_.database),
      first_claim_(claim_store_, keys_, around.clock),
      logs_(LogSources(around.engine, journal_, opened_.instance), around.clock),
      reconciler_(
          around.engine, {apps_, releases_, configs_, containers_, deploys_}, around.router,
          checker_, parts_.policy(), [this](const AppName& app) { return policies_.of(app); },
          [this](const Release& release) { return check_plans_.of(release); }),
      supervisor_(
          around.engine, around.clock,
          {.instance = opened_.instance, .stop_grace = settings.containers.stop_timeout},
          [this](std::stop_token stop) { return reconcile(std::move(stop)); },
          [this](const docker::ContainerId& container) { parts_.router.refresh(container); },
          [this](const std::string& label, std::string text) {
            lifecycle_.tell_label(label, std::move(text));
          },
          [this](const std::string& label, Deed deed) { put_on_record(label, std::move(deed)); }),
      domain_store_(*opened_.database),
      domains_(access_, apps_, domain_store_, around.router, around.clock,
               {settings.router.domain, [this] { certificates_.follow_change(); }}),
      maintenance_(access_, apps_, around.router, lifecycle_),
      build_secrets_(access_, build_secret_store_, around.clock),
      live_processes_(parts_, queue_, failure_hooks_, events_),
      liveness_(around.engine, {[this] { return live_processes_.targets(); },
                                [this](const LivenessTarget& target, const HealthCheck& failed,
                                       const std::string& why) {
                                  return live_processes_.restart(target, failed, why);
                                }}),
      certificate_store_(*opened_.database, opened_.secret),
      lego_(settings.certs, settings.server.data_dir / "acme", around.router),
      certificates_(
          access_, apps_, certificate_store_,
          [this](const AppName& app) { return domains_.hosts_of(app); }, around.router, lego_,
          events_, around.clock, settings),
      people_(users_, grants_, keys_, first_claim_, access_, around.clock),
      metric_store_(*opened_.database),
      metrics_(metric_store_, around.engine, opened_.instance,
               {[this](const docker::ContainerId& id) { return restarts_of(id); },
                [](const docker::ContainerId& id) { return usage_of(id); },
                [this] { return names_by_label(apps_); }}),
      doctor_(parts_, keys_,
              {[this](const docker::ContainerId& id) { return is_crashed(id); }, around.libraries,
               [this] { return certificates_.examine(); }}),
      limits_(parts_, queue_, access_),
      storage_(parts_, queue_, access_),
      cron_runner_(parts_, one_offs_, events_),
      cron_(parts_, access_, cron_runner_),
      checks_(parts_, check_store_, access_, [this] { liveness_.look_again(); }),
      token_store_(*opened_.database),
      tokens_(token_store_, keys_, around.clock),
      standing_(keys_, tokens_, access_, apps_),
      standing_watch_(standing_),
      request_key_store_(*opened_.database, opened_.secret),
      request_keys_(request_key_store_, around.clock),
      deploy_key_store_(*opened_.database, opened_.secret),
      deploy_keys_(parts_, deploy_key_store_),
      sources_(parts_, queue_, access_, deploy_keys_, push_door()),
      platform_(parts_, {grants_, access_}, queue_, one_offs_,
                {people_, events_, certificates_, limits_, storage_, domains_, maintenance_, cron_,
                 checks_, tokens_, standing_watch_, build_secrets_, sources_},
                tasks()),
      cron_keeper_(parts_, cron_runner_) {}

/// Stop the workers first: they call members that are destroyed earlier.
Assembly::~Assembly() {
  parts_.router.set_request_sink({});
  queue_.stop(milliseconds(0));
}

HealthWait Assembly::health_wait() {
  return
      [this](const std::vector<CheckTarget>& targets, const LineSink& line, std::stop_token stop) {
        return checker_.wait_healthy(targets, line, std::move(stop));
      };
}

bool Assembly::is_crashed(const docker::ContainerId& container) const {
  return supervisor_.crashed().contains(container);
}

/// By the engine after a crash, and by the server for checks that failed.
int Assembly::restarts_of(const docker::ContainerId& container) const {
  const auto health = supervisor_.health(container);
  const auto checked = liveness_.state(container);
  return (health ? health->restarts : 0) + (checked ? checked->restarts : 0);
}

PushDoor Assembly::push_door() {
  return {
      [this](const Actor& actor, const AppName& app) {
        return platform_.open_for_push(actor, app);
      },
      [this](const Actor& actor, const AppName& app) { return platform_.create_app(actor, app); }};
}

PlatformTasks Assembly::tasks() {
  return {[this](const AppName& app, const LogQuery& query, const AppLogSink& sink,
                 std::stop_token gone) { return logs_.read(app, query, sink, std::move(gone)); },
          [this]() -> Result<std::vector<DoctorFinding>> { return doctor_.examine(); },
          [this](const docker::ContainerId& id) { return is_crashed(id); },
          [this](int port) { return port_is_free(parts_.settings.router.app_address, port); },
          [this] { certificates_.follow_change(); },
          [this](const docker::ContainerId& id) { return liveness_.state(id); },
          [this](const docker::ContainerId& id) { return restarts_of(id); }};
}

/// What the database says has the traffic.
Result<std::vector<router::Route>> Assembly::routes() {
  std::vector<router::Route> routes;
  for (const state::AppRow& app : TRY(apps_.list())) {
    const auto live = TRY(releases_.live(app.name));
    if (!live) {
      continue;
    }
    router::Route route{app.name, app.port, live->internal_port, {}};
    if (!app.stopped) {
      const auto rows = TRY(containers_of(parts_, app.name, live->number, Belonging::ToRelease));
      route.serving = web_containers(rows);
    }
    routes.push_back(std::move(route));
  }
  return routes;
}

Result<void> Assembly::start() {
  const auto known = TRY(routes());
  TRY(domains_.prepare());
  TRY(maintenance_.prepare());
  // Before the router, which reads them when it starts. Without them it serves http all the same.
  if (const auto prepared = certificates_.prepare(); !prepared) {
    log::error("certificates: {}", prepared.error().for_log());
  }
  parts_.router.set_request_sink([this](std::vector<router::RequestLine> lines) {
    write_requests(apps_, journal_, std::move(lines));
  });
  TRY(parts_.router.start(known));
  TRY(finish_renames(parts_));
  const RecoveryReport report = TRY(recover(parts_));
  if (report.finished + report.undone + report.refs_moved > 0) {
    const std::string what = fmt::format("{} deploys finished, {} taken back, {} refs moved",
                                         report.finished, report.undone, report.refs_moved);
    log::info("recovery: {}", what);
    events_.record_own({.app = "", .action = "recovery", .detail = what, .result = "ok"});
    for (const auto& [deploy, is_live] : report.settled) {
      put_end_on_record(deploy, deploy.release, is_live);
    }
  }
  deploy_keys_.sweep();
  lifecycle_.sweep();
  TRY(request_key_store_.forget_unfinished());
  queue_.start();
  supervisor_.start();
  liveness_.start();
  certificates_.start();
  cron_keeper_.start();
  return {};
}

/// Events of an app that no longer exists are not recorded.
void Assembly::put_on_record(const std::string& label, Deed deed) {
  const auto app = apps_.find_label(label);
  if (!app) {
    log::warn("events: {}", app.error().for_log());
  } else if (*app) {
    deed.app = (*app)->name.str();
    events_.record_own(deed);
  }
}

void Assembly::put_end_on_record(const state::DeployRow& deploy,
                                 const std::optional<ReleaseNumber>& release, bool succeeded) {
  events_.record_own({.app = deploy.app.str(),
                      .action = "deploy",
                      .detail = fmt::format("{} of {}{}", deploy.id, deploy.actor,
                                            succeeded && release ? " " + release->str() : ""),
                      .result = succeeded ? "ok" : "failed"});
}

void Assembly::stop(milliseconds grace) {
  queue_.stop(grace);
}

bool Assembly::reconcile(std::stop_token stop) {
  const ReconcileView view{
      [this](const AppName& app) { return queue_.hold(app); },
      [this](const AppName& app) { queue_.release(app); }, supervisor_.resting(),
      [this](const docker::ContainerDetails& container) { return one_offs_.own(container); }};
  if (const auto network = prepare_network(parts_);
      !network && network.error().code != ErrorCode::Unavailable) {
    log::error("the network of the apps: {}", network.error().for_log());
  }
  const auto ended = settle_ended(parts_, queue_);
  if (!ended) {
    log::warn("deploys that have ended: {}", ended.error().for_log());
  }
  const auto report = reconciler_.run(view, std::move(stop));
  if (!report) {
    log::warn("reconciliation: {}", report.error().for_log());
    return false;
  }
  if (report->removed + report->started + report->recreated > 0) {
    const std::string what = fmt::format("{} containers removed, {} started, {} made anew",
                                         report->removed, report->started, report->recreated);
    log::info("reconciliation: {}", what);
    events_.record_own({.app = "", .action = "reconciliation", .detail = what, .result = "ok"});
  }
  for (const std::string& failure : report->failures) {
    log::warn("reconciliation: {}", failure);
  }
  if (report->settled()) {
    // At the start and after the engine was away: what failed deploys could not take back.
    log_freed("the server", garbage_.collect_all());
  }
  return report->settled() && ended;
}

/// The end of a deploy cannot be stored while the disk is full.
bool Assembly::has_unsettled(const AppName& app) {
  const auto rows = parts_.deploys.unfinished();
  return !rows || std::ranges::any_of(*rows, [&](const state::DeployRow& row) {
    return row.app == app && !queue_.knows(row.id);
  });
}

/// After a deploy, when its followers have their result: a failure here is nobody's failed deploy.
void Assembly::tidy(const AppName& app) {
  liveness_.look_again();
  if (has_unsettled(app)) {
    supervisor_.look_again();
  }
  keep_newest_outputs(parts_.build_logs() / app.str(), kKeptOutputs);
  log_freed(app.str(), garbage_.collect(app));
}

}  // namespace minpaas::hooks
